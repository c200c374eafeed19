// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.error;

import io.grpc.Status;

/**
 * The classes of errors both protocols know, and the one table that maps them: HTTP status, gRPC
 * code, whose fault.
 */
public enum ErrorKind {
  /** What was named does not exist. */
  NOT_FOUND(404, Status.Code.NOT_FOUND, Fault.USER),
  /** The request is malformed. */
  BAD_PARAMETER(400, Status.Code.INVALID_ARGUMENT, Fault.USER),
  /** The peer has no such call. */
  NOT_IMPLEMENTED(501, Status.Code.UNIMPLEMENTED, Fault.SERVER),
  /** Somebody else changed the same thing first. */
  COMPARE_FAILED(412, Status.Code.FAILED_PRECONDITION, Fault.SERVER),
  /** Not allowed, or not who one says to be. */
  ACCESS_DENIED(403, Status.Code.PERMISSION_DENIED, Fault.ACCESS),
  /** What should be made is there already. */
  ALREADY_EXISTS(409, Status.Code.ALREADY_EXISTS, Fault.USER),
  /** Too many at once. */
  LIMIT_EXCEEDED(429, Status.Code.RESOURCE_EXHAUSTED, Fault.SERVER),
  /** Something behind the peer was not reached, or too late. */
  CONNECTION_PROBLEM(504, Status.Code.UNAVAILABLE, Fault.NETWORK),
  /** Anything else. */
  INTERNAL(500, Status.Code.UNKNOWN, Fault.INTERNAL);

  private final int httpStatus;
  private final Status.Code grpcCode;
  private final Fault fault;

  ErrorKind(int httpStatus, Status.Code grpcCode, Fault fault) {
    this.httpStatus = httpStatus;
    this.grpcCode = grpcCode;
    this.fault = fault;
  }

  /** The HTTP status a server answers with. */
  public int httpStatus() {
    return httpStatus;
  }

  /** The gRPC code a server answers with. */
  public Status.Code grpcCode() {
    return grpcCode;
  }

  /** Whose fault it is, seen from a client. */
  public Fault fault() {
    return fault;
  }

  /** The class of an answer with this HTTP status; for statuses of 400 and above. */
  public static ErrorKind ofHttpStatus(int status) {
    for (ErrorKind kind : values()) {
      if (kind.httpStatus == status) {
        return kind;
      }
    }
    return switch (status) {
      case 401 -> ACCESS_DENIED;
      case 405 -> NOT_IMPLEMENTED;
      case 408, 502, 503 -> CONNECTION_PROBLEM;
      default -> status >= 400 && status < 500 ? BAD_PARAMETER : INTERNAL;
    };
  }

  /** The class of a failed call with this gRPC code. */
  public static ErrorKind ofGrpcCode(Status.Code code) {
    for (ErrorKind kind : values()) {
      if (kind.grpcCode == code) {
        return kind;
      }
    }
    return switch (code) {
      case UNAUTHENTICATED -> ACCESS_DENIED;
      case DEADLINE_EXCEEDED, CANCELLED -> CONNECTION_PROBLEM;
      case ABORTED -> COMPARE_FAILED;
      case OUT_OF_RANGE -> BAD_PARAMETER;
      default -> INTERNAL;
    };
  }
}

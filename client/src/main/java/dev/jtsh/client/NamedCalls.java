// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.net.RequestId;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/** Sends the id of a call with it. */
final class NamedCalls implements ClientInterceptor {
  /** The id of the call that the thread makes. */
  static final Context.Key<RequestId> ID = Context.key("dev.jtsh.request-id");

  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of(RequestId.HEADER, Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    @Nullable RequestId id = ID.get();
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        if (id != null) {
          headers.put(HEADER, id.value());
        }
        super.start(listener, headers);
      }
    };
  }
}

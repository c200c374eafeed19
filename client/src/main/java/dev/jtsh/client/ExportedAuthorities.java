// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipInputStream;

/**
 * What a proxy's {@code /webapi/auth/export?type=tls-host} answers: one PEM text; where several
 * authorities are trusted (a rotation), a newer Teleport gives them only as a ZIP archive.
 */
final class ExportedAuthorities {
  /** The path, with what is wanted. */
  static final String PATH = "/webapi/auth/export?type=tls-host";

  /** The same in the form that holds several. */
  static final String PATH_OF_ARCHIVE = PATH + "&format=zip";

  private static final int FILES_MAX = 16;
  private static final int FILE_BYTES_MAX = 64 << 10;

  private ExportedAuthorities() {}

  /**
   * The certificates of a PEM text.
   *
   * @throws IOException when it holds none
   */
  static List<X509Certificate> ofText(byte[] body) throws IOException {
    try {
      return Pem.certificates(body);
    } catch (PkiException e) {
      throw new IOException(e);
    }
  }

  /**
   * The certificates of an archive of PEM texts.
   *
   * @throws IOException when it is none, or larger than any cluster needs
   */
  static List<X509Certificate> ofArchive(byte[] body) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(body))) {
      for (int files = 0; zip.getNextEntry() != null; files++) {
        byte[] text = zip.readNBytes(FILE_BYTES_MAX + 1);
        if (files == FILES_MAX || text.length > FILE_BYTES_MAX) {
          throw new IOException("the archive of authorities is too large");
        }
        certificates.addAll(ofText(text));
      }
    }
    if (certificates.isEmpty()) {
      throw new IOException("the archive holds no authority");
    }
    return certificates;
  }
}

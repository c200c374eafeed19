// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.nativebindings.CryptoLibrary;
import dev.jtsh.nativebindings.KernelSupport;
import dev.jtsh.nativebindings.NativeKey;
import dev.jtsh.nativebindings.ProcessState;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretMemoryState;
import dev.jtsh.nativebindings.TcpTable;
import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TlsEngineKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;

/** The real one. */
public final class RunningProcess implements OwnProcess {
  @Override
  public ProcessState state() {
    return ProcessState.ofThisProcess();
  }

  @Override
  public SecretMemoryState arena() {
    return SecretArena.process().state();
  }

  @Override
  public SecretMemoryState keys() {
    return NativeKey.memoryState();
  }

  @Override
  public KernelSupport kernel() {
    return KernelSupport.probe();
  }

  @Override
  public Optional<CryptoLibrary> crypto() {
    return CryptoLibrary.ofThisProcess();
  }

  @Override
  public TlsEngineKind tls() {
    return TlsContexts.engineKind();
  }

  @Override
  public boolean tellsSocketOwners() {
    Optional<TcpTable> opened = TcpTable.open();
    if (opened.isEmpty()) {
      return false;
    }
    try (TcpTable table = opened.get();
        ServerSocket port = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      InetSocketAddress nobody = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0);
      return table.row((InetSocketAddress) port.getLocalSocketAddress(), nobody)
              instanceof TcpTable.Socket socket
          && socket.state() == TcpTable.State.LISTENING;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a port on 127.0.0.1", e);
    }
  }
}

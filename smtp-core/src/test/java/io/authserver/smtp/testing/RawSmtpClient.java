package io.authserver.smtp.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends exactly the bytes it is told to, and reads replies. Every wait has a timeout.
 * Text is Latin-1: one character, one byte.
 */
public final class RawSmtpClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket = new Socket();
  private InputStream in;
  private OutputStream out;

  /** Connects; the banner is not read yet. */
  public RawSmtpClient(InetSocketAddress address) throws IOException {
    this(address, null);
  }

  /** Connects from this address of the machine; null: any. The banner is not read yet. */
  public RawSmtpClient(InetSocketAddress address, @Nullable InetAddress from) throws IOException {
    if (from != null) {
      socket.bind(new InetSocketAddress(from, 0));
    }
    socket.setTcpNoDelay(true);
    socket.connect(address, TIMEOUT_MILLIS);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  /** Connects, reads the banner, says EHLO and reads its reply. */
  public static RawSmtpClient greeted(InetSocketAddress address) throws IOException {
    RawSmtpClient client = new RawSmtpClient(address);
    client.expect("220");
    client.command("EHLO client.example", "250");
    return client;
  }

  /** Waits so long for what is read from now on. */
  public void setPatience(Duration patience) throws IOException {
    socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
  }

  /** Sends bytes. */
  public void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Sends a part of an array. */
  public void send(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    out.flush();
  }

  /** Sends characters as bytes, nothing added. */
  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends lines in one write, CRLF added to each. */
  public void sendLines(String... lines) throws IOException {
    send(String.join("\r\n", lines) + "\r\n");
  }

  /** Sends a line, CRLF added, and returns the reply. */
  public String command(String line) throws IOException {
    send(line + "\r\n");
    return readReply();
  }

  /** Sends a line, CRLF added, and returns the reply, which must begin so. */
  public String command(String line, String expected) throws IOException {
    send(line + "\r\n");
    return expect(expected);
  }

  /** Reads a reply, which must begin so. */
  public String expect(String expected) throws IOException {
    String reply = readReply();
    if (!reply.startsWith(expected)) {
      throw new AssertionError("expected " + expected + ", got " + reply);
    }
    return reply;
  }

  /** Sends a message by DATA, dots stuffed, final dot added, and returns the last reply. */
  public String data(byte[] message) throws IOException {
    command("DATA", "354");
    send(stuffed(message));
    return readReply();
  }

  /**
   * Returns a message as DATA carries it, its final dot included; it ends with CRLF or is empty.
   */
  public static byte[] stuffed(byte[] message) {
    ByteArrayOutputStream wire = new ByteArrayOutputStream(message.length + 16);
    for (int i = 0; i < message.length; i++) {
      boolean lineStart = i == 0 || (i >= 2 && message[i - 2] == '\r' && message[i - 1] == '\n');
      if (lineStart && message[i] == '.') {
        wire.write('.');
      }
      wire.write(message[i]);
    }
    wire.writeBytes(".\r\n".getBytes(StandardCharsets.US_ASCII));
    return wire.toByteArray();
  }

  /** Reads one reply, all of its lines joined by LF; fails at the end of the stream. */
  public String readReply() throws IOException {
    StringBuilder reply = new StringBuilder();
    while (true) {
      String line = readLine();
      if (line == null) {
        throw new IOException("connection closed; read so far: " + reply);
      }
      reply.append(line);
      if (line.length() < 4 || line.charAt(3) != '-') {
        return reply.toString();
      }
      reply.append('\n');
    }
  }

  /** Reads a line without its CRLF, or null at the end of the stream. */
  public String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int next = in.read();
      if (next < 0) {
        return line.isEmpty() ? null : line.toString();
      }
      if (next == '\n') {
        int last = line.length() - 1;
        if (last < 0 || line.charAt(last) != '\r') {
          throw new AssertionError("bare LF in a reply: " + line);
        }
        line.setLength(last);
        return line.toString();
      }
      line.append((char) next);
    }
  }

  /** Reads whatever comes until the server closes. */
  public String readToEnd() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Does a TLS handshake, after which everything goes under TLS. The server is not verified. */
  public SSLSession startTls(String protocol) throws IOException {
    SSLSocket tls;
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustEverybody()}, null);
      tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "front.example", 25, true);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    tls.setEnabledProtocols(new String[] {protocol});
    tls.startHandshake();
    in = tls.getInputStream();
    out = tls.getOutputStream();
    return tls.getSession();
  }

  private static final class TrustEverybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket peer) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket peer) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Returns how many bytes can be read without waiting. */
  public int available() throws IOException {
    return in.available();
  }

  /** Closes our side; replies can still be read. */
  public void closeOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Returns the socket. */
  public Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

package io.authserver.realservers;

import io.authserver.smtp.testing.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A smart host that takes mail under TLS (STARTTLS) from who has logged in, and only then. */
final class TlsSmartHost implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final ServerSocket server = new ServerSocket();
  private final SSLContext context;
  private final String login;
  private final List<String> taken = new CopyOnWriteArrayList<>();

  TlsSmartHost(InetSocketAddress address, TestCertificate certificate, String user, String password)
      throws IOException, GeneralSecurityException {
    context = context(certificate);
    String plain = "\0" + user + "\0" + password;
    login =
        "AUTH PLAIN " + Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    server.bind(address);
    Thread.ofPlatform().daemon().name("tls-smart-host").start(this::serve);
  }

  private static SSLContext context(TestCertificate certificate)
      throws IOException, GeneralSecurityException {
    Path file = Files.createTempFile("smart-host", ".key");
    certificate.writeKey(file);
    String pem = Files.readString(file).replaceAll("-----.*-----", "");
    Files.delete(file);
    PrivateKey key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("key", key, new char[0], new Certificate[] {certificate.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext made = SSLContext.getInstance("TLS");
    made.init(keys.getKeyManagers(), null, null);
    return made;
  }

  /** Returns all messages that it has taken. */
  String taken() {
    return String.join("\n", taken);
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket plain = server.accept()) {
        plain.setSoTimeout(PATIENCE_MILLIS);
        if (new Session(plain, false).run()) {
          try (SSLSocket tls =
              (SSLSocket) context.getSocketFactory().createSocket(plain, null, true)) {
            tls.setUseClientMode(false);
            new Session(tls, true).run();
          }
        }
      } catch (IOException _) {
        // Closed, or a client that went away: a test sees what is missing.
      }
    }
  }

  private final class Session {
    private final boolean encrypted;
    private final BufferedReader in;
    private final OutputStream out;
    private boolean loggedIn;

    Session(Socket socket, boolean encrypted) throws IOException {
      this.encrypted = encrypted;
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      out = socket.getOutputStream();
    }

    /** Returns true where TLS begins. */
    boolean run() throws IOException {
      if (!encrypted) {
        say("220 smarthost.example.net");
      }
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String verb = line.split("[ :]", 2)[0];
        switch (verb) {
          case "EHLO" -> say("250-smarthost\r\n250 " + (encrypted ? "AUTH PLAIN" : "STARTTLS"));
          case "STARTTLS" -> {
            say("220 go on");
            return true;
          }
          case "AUTH" -> {
            loggedIn = line.equals(login);
            say(loggedIn ? "235 welcome" : "535 no");
          }
          case "DATA" -> {
            say("354 go on");
            taken.add(body());
            say("250 taken");
          }
          case "QUIT" -> {
            say("221 bye");
            return false;
          }
          default -> say(loggedIn ? "250 ok" : "530 5.7.0 Log in first");
        }
      }
      return false;
    }

    private String body() throws IOException {
      StringBuilder body = new StringBuilder();
      for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
        body.append(line).append("\r\n");
      }
      return body.toString();
    }

    private void say(String reply) throws IOException {
      out.write((reply + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

package io.authserver.realservers;

import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Hands mail to the site: a stranger's server at port 25, or a user's program at port 465. */
final class Client implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final RawSmtpClient connection;

  private Client(RawSmtpClient connection) {
    this.connection = connection;
  }

  /** Connects as a server of the internet does. */
  static Client stranger() throws IOException {
    return greeted(new RawSmtpClient(OpenSmtpd.edge()));
  }

  /** Greets without a login. */
  static Client greeted(RawSmtpClient connection) throws IOException {
    connection.socket().setSoTimeout(PATIENCE_MILLIS);
    connection.expect("220");
    connection.command("EHLO sender.far.test", "250");
    return new Client(connection);
  }

  /** Connects under TLS and logs in. */
  static Client user(String login, String password) throws IOException {
    return user(new RawSmtpClient(OpenSmtpd.submission()), login, password);
  }

  /** Logs in over a connection that was just made. */
  static Client user(RawSmtpClient connection, String login, String password) throws IOException {
    Client client = underTls(connection);
    String reply = client.login(login, password);
    if (!reply.startsWith("235")) {
      client.close();
      throw new IOException("login: " + reply);
    }
    return client;
  }

  /** Connects under TLS. */
  static Client beforeLogin() throws IOException {
    return underTls(new RawSmtpClient(OpenSmtpd.submission()));
  }

  private static Client underTls(RawSmtpClient connection) throws IOException {
    connection.socket().setSoTimeout(PATIENCE_MILLIS);
    connection.startTls("TLSv1.3");
    connection.expect("220");
    connection.command("EHLO laptop.home.test", "250");
    return new Client(connection);
  }

  /** Logs in and returns the reply. */
  String login(String login, String password) throws IOException {
    String plain = "\0" + login + "\0" + password;
    return connection.command(
        "AUTH PLAIN " + Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8)));
  }

  /** Sends a command and returns the reply. */
  String say(String line) throws IOException {
    return connection.command(line);
  }

  /** Sends a message to recipients who are all to be taken; it must be taken, too. */
  void send(String reversePath, List<String> recipients, String message) throws IOException {
    connection.command("MAIL FROM:<" + reversePath + ">", "250");
    for (String recipient : recipients) {
      connection.command("RCPT TO:<" + recipient + ">", "250");
    }
    String reply = connection.data(message.getBytes(StandardCharsets.ISO_8859_1));
    if (!reply.startsWith("250")) {
      throw new IOException("the final dot: " + reply);
    }
  }

  void send(String reversePath, String recipient, String message) throws IOException {
    send(reversePath, List.of(recipient), message);
  }

  /** Sends a message to the recipients that were taken, and returns the reply to its final dot. */
  String data(byte[] message) throws IOException {
    return connection.data(message);
  }

  /** Returns a message with the usual fields. */
  static String message(String from, String to, String subject, String... more) {
    List<String> lines = new ArrayList<>();
    lines.add("From: " + from);
    lines.add("To: " + to);
    lines.add("Subject: " + subject);
    lines.add("Date: Sat, 21 Nov 2026 09:55:06 -0600");
    lines.add("Message-ID: <" + subject + "@tests.example>");
    lines.addAll(List.of(more));
    lines.add("");
    lines.add("The text of the message " + subject + ".");
    return String.join("\r\n", lines) + "\r\n";
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}

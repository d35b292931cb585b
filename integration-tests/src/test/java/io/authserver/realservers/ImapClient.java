package io.authserver.realservers;

import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads a mailbox over IMAP, under TLS. */
final class ImapClient implements AutoCloseable {
  private final RawSmtpClient connection;
  private int commands;

  private ImapClient(RawSmtpClient connection) {
    this.connection = connection;
  }

  /**
   * Connects and logs in.
   *
   * @throws LoginRefused where the server says no
   */
  static ImapClient login(String user, String password) throws IOException {
    RawSmtpClient connection = new RawSmtpClient(Dovecot.imap());
    connection.socket().setSoTimeout(30_000);
    connection.startTls("TLSv1.3");
    connection.readLine();
    ImapClient client = new ImapClient(connection);
    List<String> reply = client.command("LOGIN \"" + user + "\" \"" + password + "\"");
    if (reply.getLast().contains(" OK ")) {
      return client;
    }
    connection.close();
    throw new LoginRefused(reply.getLast());
  }

  /** The server does not let the user in. */
  static final class LoginRefused extends IOException {
    private static final long serialVersionUID = 1;

    LoginRefused(String reply) {
      super(reply);
    }
  }

  /** Returns all messages of the inbox, as Latin-1. */
  List<String> inbox() throws IOException {
    int count =
        command("SELECT INBOX").stream()
            .filter(line -> line.endsWith(" EXISTS"))
            .mapToInt(line -> Integer.parseInt(line.split(" ", -1)[1]))
            .sum();
    List<String> messages = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      List<String> lines = command("FETCH " + i + " BODY.PEEK[]");
      messages.add(String.join("\r\n", lines.subList(1, lines.size() - 1)));
    }
    return messages;
  }

  /** Sends a command and returns the lines of its reply. */
  private List<String> command(String text) throws IOException {
    String tag = "t" + ++commands;
    connection.send(tag + " " + text + "\r\n");
    List<String> lines = new ArrayList<>();
    do {
      String line = connection.readLine();
      if (line == null) {
        throw new IOException("the connection was closed: " + lines);
      }
      lines.add(line);
    } while (!lines.getLast().startsWith(tag + " "));
    return lines;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}

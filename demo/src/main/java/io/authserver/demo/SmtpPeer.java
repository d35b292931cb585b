package io.authserver.demo;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plain SMTP client that sends a message exactly as it is given, one command at a time as
 * OpenSMTPD does. Shares no code with the daemons.
 */
final class SmtpPeer {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int READ_MILLIS = 60_000;
  private static final int MAX_REPLY_LINES = 100;

  private SmtpPeer() {}

  /**
   * What a server answered.
   *
   * @param mail the reply to MAIL
   * @param recipients the replies to RCPT, in order; none where MAIL was refused
   * @param data the last reply to DATA or the final dot, or null where no recipient was taken
   */
  record Answers(String mail, List<String> recipients, @Nullable String data) {
    /** Returns whether every recipient and the message were taken. */
    boolean allTaken() {
      return mail.startsWith("2")
          && recipients.stream().allMatch(reply -> reply.startsWith("2"))
          && data != null
          && data.startsWith("2");
    }
  }

  /**
   * Sends a message.
   *
   * @param server where to
   * @param clientName the name for EHLO
   * @param mail the MAIL command from its angle bracket on, parameters included
   * @param recipients the RCPT commands from their angle brackets on
   * @param content the message, ending with CRLF
   * @throws IOException when the server goes away, falls silent or does not greet
   */
  static Answers send(
      InetSocketAddress server,
      String clientName,
      String mail,
      List<String> recipients,
      byte[] content)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(READ_MILLIS);
      socket.connect(server, CONNECT_MILLIS);
      SinkInput in = new SinkInput(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      require(reply(in));
      require(ask(out, in, "EHLO " + clientName));
      String mailReply = ask(out, in, "MAIL FROM:" + mail);
      List<String> recipientReplies = new ArrayList<>();
      String dataReply = null;
      if (mailReply.startsWith("2")) {
        for (String recipient : recipients) {
          recipientReplies.add(ask(out, in, "RCPT TO:" + recipient));
        }
        if (recipientReplies.stream().anyMatch(reply -> reply.startsWith("2"))) {
          dataReply = ask(out, in, "DATA");
          if (dataReply.startsWith("3")) {
            out.write(stuffed(content));
            dataReply = ask(out, in, ".");
          }
        }
      }
      ask(out, in, "QUIT");
      return new Answers(mailReply, List.copyOf(recipientReplies), dataReply);
    }
  }

  /** Returns whether a server greets; for waiting until it is up. */
  static boolean greets(InetSocketAddress server) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(CONNECT_MILLIS);
      socket.connect(server, CONNECT_MILLIS);
      SinkInput in = new SinkInput(socket.getInputStream());
      if (!reply(in).startsWith("220")) {
        return false;
      }
      ask(socket.getOutputStream(), in, "QUIT");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void require(String reply) throws IOException {
    if (!reply.startsWith("2")) {
      throw new IOException("the server answered " + reply);
    }
  }

  private static String ask(OutputStream out, SinkInput in, String command) throws IOException {
    out.write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    return reply(in);
  }

  private static String reply(SinkInput in) throws IOException {
    for (int lines = 0; lines < MAX_REPLY_LINES; lines++) {
      String line = in.readLine();
      if (line == null) {
        throw new EOFException("the server closed the connection");
      }
      if (line.length() < 4 || line.charAt(3) != '-') {
        return line;
      }
    }
    throw new IOException("a reply without an end");
  }

  // RFC 5321 §4.5.2: a line that begins with a dot gets one more.
  static byte[] stuffed(byte[] content) {
    ByteArrayOutputStream wire = new ByteArrayOutputStream(content.length + 64);
    for (int i = 0; i < content.length; i++) {
      boolean lineStart = i == 0 || (i >= 2 && content[i - 1] == '\n' && content[i - 2] == '\r');
      if (lineStart && content[i] == '.') {
        wire.write('.');
      }
      wire.write(content[i]);
    }
    return wire.toByteArray();
  }
}

package io.authserver.storm;

import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A client of the daemon in the storm, which wants nothing but answers. */
final class Client {
  /** Stands for an answer that did not come. */
  static final String NONE = "no answer";

  private static final String SENDER = "x@out.example";

  private final InetSocketAddress daemon;
  private final Duration patience;

  /**
   * Makes a client.
   *
   * @param patience how long it waits for each answer
   */
  Client(InetSocketAddress daemon, Duration patience) {
    this.daemon = daemon;
    this.patience = patience;
  }

  /** What is done in a session after EHLO; returns what the client was told in the end. */
  private interface Session {
    List<String> run(RawSmtpClient client) throws IOException;
  }

  /**
   * Opens a session.
   *
   * @param answers how many there have to be; a session that the daemon ends with a reply has said
   *     it to all that is left
   */
  private List<String> session(int answers, Session session) {
    List<String> told = new ArrayList<>();
    try (RawSmtpClient client = new RawSmtpClient(daemon)) {
      client.socket().setSoTimeout((int) patience.toMillis());
      String greeting = client.readReply();
      if (greeting.startsWith("220")) {
        client.command("EHLO client.example", "250");
        told.addAll(session.run(client));
      } else {
        told.add(greeting);
      }
    } catch (IOException | AssertionError e) {
      told.add(NONE + ": " + e.getMessage());
    }
    if (told.size() < answers && told.getLast().startsWith("421")) {
      told.addAll(Collections.nCopies(answers - told.size(), told.getLast()));
    }
    while (told.size() < answers) {
      told.add(NONE);
    }
    return told;
  }

  /** Names recipients in one write, and nothing more; returns an answer for each. */
  List<String> name(List<String> recipients) {
    return session(
        recipients.size(),
        client -> {
          client.command("MAIL FROM:<" + SENDER + ">", "250");
          StringBuilder commands = new StringBuilder();
          recipients.forEach(r -> commands.append("RCPT TO:<").append(r).append(">\r\n"));
          client.send(commands.toString());
          List<String> replies = new ArrayList<>();
          while (replies.size() < recipients.size()) {
            String reply = client.readReply();
            replies.add(reply);
            if (reply.startsWith("421")) {
              return replies;
            }
          }
          client.command("QUIT", "221");
          return replies;
        });
  }

  /**
   * Sends a message; returns the answer to it, or the one that ended the transaction before.
   *
   * @param content as DATA carries it, the final dot included
   */
  String send(String recipient, byte[] content) {
    return session(
            1,
            client -> {
              for (String command :
                  List.of("MAIL FROM:<" + SENDER + ">", "RCPT TO:<" + recipient + ">", "DATA")) {
                String reply = client.command(command);
                if (!reply.startsWith(command.equals("DATA") ? "354" : "250")) {
                  return List.of(reply);
                }
              }
              client.send(content);
              return List.of(client.readReply());
            })
        .getFirst();
  }
}

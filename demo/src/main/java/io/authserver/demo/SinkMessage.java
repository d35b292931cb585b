package io.authserver.demo;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * A message as a sink received it.
 *
 * @param number counts the messages of a sink, from 1
 * @param time when its final dot came
 * @param clientAddress where the client connected from
 * @param clientName what the client said in EHLO or HELO
 * @param extended whether it said EHLO
 * @param reversePath what stood between the angle brackets of MAIL FROM; empty for {@code <>}
 * @param mailParameters what followed it, each as it was written, e.g. {@code BODY=8BITMIME}
 * @param recipients the RCPT commands, in order
 * @param content the message, dot-stuffing undone, else exactly as received; empty where the sink
 *     keeps messages in a folder
 */
public record SinkMessage(
    int number,
    Instant time,
    InetSocketAddress clientAddress,
    String clientName,
    boolean extended,
    String reversePath,
    List<String> mailParameters,
    List<Recipient> recipients,
    byte[] content) {

  /**
   * A RCPT command.
   *
   * @param forwardPath what stood between its angle brackets
   * @param parameters what followed, each as it was written
   */
  public record Recipient(String forwardPath, List<String> parameters) {
    /** Takes copies. */
    public Recipient {
      parameters = List.copyOf(parameters);
    }
  }

  /** Takes copies of the lists. */
  public SinkMessage {
    mailParameters = List.copyOf(mailParameters);
    recipients = List.copyOf(recipients);
  }

  /** Returns the forward-paths alone, in order. */
  public List<String> forwardPaths() {
    return recipients.stream().map(Recipient::forwardPath).toList();
  }

  /** Returns the content with each byte as a character, for looking things up in it. */
  public String text() {
    return new String(content, StandardCharsets.ISO_8859_1);
  }

  SinkMessage withoutContent() {
    return new SinkMessage(
        number,
        time,
        clientAddress,
        clientName,
        extended,
        reversePath,
        mailParameters,
        recipients,
        new byte[0]);
  }

  /** Returns the envelope and the size: a log shows no content. */
  @Override
  public String toString() {
    return "SinkMessage[number="
        + number
        + ", reversePath=<"
        + reversePath
        + ">, forwardPaths="
        + forwardPaths()
        + ", bytes="
        + content.length
        + "]";
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}

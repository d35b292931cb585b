package io.authserver.demo;

import io.authserver.smtp.address.AsciiCase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Plays the part of OpenSMTPD's listener behind mailforwarder (port 10045 at a site): mail for a
 * domain of ours goes into mailboxes, all other mail to dkimsigner. It adds nothing, so that what
 * is added is the daemons'.
 */
final class PostOffice implements AutoCloseable {
  private final InetSocketAddress signer;
  private final Sink listener;
  private final List<Delivery> mailboxes = new CopyOnWriteArrayList<>();

  /**
   * A message that was put into a mailbox.
   *
   * @param mailbox the address
   * @param message the message as the post office received it
   */
  record Delivery(String mailbox, SinkMessage message) {}

  PostOffice(InstantSource clock, InetSocketAddress signer) throws IOException {
    this.signer = signer;
    this.listener = Sink.handing(Site.MAIL_HOST, clock, this::pass);
  }

  InetSocketAddress address() {
    return listener.address();
  }

  /** Returns what mailforwarder handed over. */
  List<SinkMessage> received() {
    return listener.messages();
  }

  List<Delivery> mailboxes() {
    return List.copyOf(mailboxes);
  }

  private void pass(SinkMessage message) throws IOException {
    List<String> outside =
        message.recipients().stream()
            .filter(recipient -> !isLocal(recipient.forwardPath()))
            .map(recipient -> command(recipient.forwardPath(), recipient.parameters()))
            .toList();
    if (!outside.isEmpty()) {
      SmtpPeer.Answers answers =
          SmtpPeer.send(
              signer,
              Site.MAIL_HOST,
              command(message.reversePath(), message.mailParameters()),
              outside,
              message.content());
      if (!answers.allTaken()) {
        throw new IOException("dkimsigner answered " + answers);
      }
    }
    for (String address : message.forwardPaths()) {
      if (isLocal(address)) {
        mailboxes.add(new Delivery(address, message));
      }
    }
  }

  static String command(String path, List<String> parameters) {
    return ("<" + path + "> " + String.join(" ", parameters)).strip();
  }

  /** Returns whether an address is in a domain whose mail is delivered here. */
  static boolean isLocal(String address) {
    String domain = address.substring(address.lastIndexOf('@') + 1);
    return Site.DOMAINS.contains(AsciiCase.lower(domain));
  }

  @Override
  public void close() {
    listener.close();
  }
}

package io.authserver.smtp.relay;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.reply.Reply;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Writes MAIL and RCPT for a next hop, with the parameters that it takes, or says why it cannot be
 * asked.
 *
 * <p>The last door before the wire: nothing that comes out of here has a CR, an LF or any other
 * control character but the CRLF at its end, nor a space inside a parameter.
 */
final class EnvelopeCommands {
  /** What the fields that a daemon adds may take in bytes, signatures included. */
  private static final int ADDED_FIELDS = 4096;

  /** The longest command, CRLF included: the 512 octets of RFC 5321 §4.5.3.1.4, and extensions. */
  static final int MAX_COMMAND = 4096;

  private EnvelopeCommands() {}

  /** A command, or the outcome where none can be sent. */
  sealed interface Command {
    /** A command with its CRLF. */
    record Line(byte[] bytes) implements Command {}

    /** The next hop cannot be asked this. */
    record Refused(RelayOutcome outcome) implements Command {}
  }

  /** Returns whether this recipient has to be sent under SMTPUTF8 (RFC 6531 §3.4). */
  static boolean needsSmtpUtf8(Recipient recipient) {
    String orcpt = recipient.parameters().orcpt();
    return !isAscii(path(recipient.forwardPath())) || (orcpt != null && !isAscii(orcpt));
  }

  /** Returns whether this sender has to be sent under SMTPUTF8. */
  static boolean needsSmtpUtf8(Sender sender) {
    return sender.parameters().smtpUtf8() || !isAscii(sender.reversePath().toString());
  }

  /**
   * Writes MAIL.
   *
   * @param smtpUtf8 whether the transaction is to be an internationalised one
   */
  static Command mail(Sender sender, Extensions extensions, boolean smtpUtf8) {
    MailParameters parameters = sender.parameters();
    if (smtpUtf8 && !extensions.smtpUtf8()) {
      // RFC 6531 §3.5: 550 5.6.7; the message is never converted
      return new Command.Refused(withoutSmtpUtf8());
    }
    if (parameters.body() == MailParameters.Body.EIGHTBITMIME && !extensions.eightBitMime()) {
      // RFC 6152 §3: without the extension, a message that was declared 8BITMIME is not sent on
      return new Command.Refused(
          new RelayOutcome.PermanentFailure(
              Reply.of(554, "5.6.3", "Next hop does not take 8-bit messages")));
    }
    ReversePath reversePath = sender.reversePath();
    Line line = new Line("MAIL FROM:" + reversePath);
    if (parameters.body() != null && extensions.eightBitMime()) {
      line.parameter("BODY", parameters.body().keyword());
    }
    if (parameters.size() >= 0 && extensions.size() >= 0) {
      // RFC 1870 §6.2: what is declared should not fall short, and we put fields on top; but what
      // fits without them is not refused for an estimate
      long declared = parameters.size() + ADDED_FIELDS;
      long most = Math.max(parameters.size(), extensions.size());
      line.parameter(
          "SIZE", Long.toString(extensions.size() > 0 ? Math.min(declared, most) : declared));
    }
    if (smtpUtf8) {
      line.parameter("SMTPUTF8", null);
    }
    if (extensions.dsn()) {
      if (parameters.ret() != null) {
        line.parameter("RET", parameters.ret());
      }
      if (parameters.envid() != null) {
        line.parameter("ENVID", parameters.envid());
      }
    }
    return line.toCommand();
  }

  /** Writes RCPT. */
  static Command rcpt(Recipient recipient, Extensions extensions) {
    if (needsSmtpUtf8(recipient) && !extensions.smtpUtf8()) {
      return new Command.Refused(withoutSmtpUtf8());
    }
    Line line = new Line("RCPT TO:" + path(recipient.forwardPath()));
    RecipientParameters parameters = recipient.parameters();
    if (extensions.dsn()) {
      if (parameters.notifyOn() != null) {
        line.parameter("NOTIFY", parameters.notifyOn());
      }
      if (parameters.orcpt() != null) {
        line.parameter("ORCPT", parameters.orcpt());
      }
    }
    return line.toCommand();
  }

  private static String path(ForwardPath path) {
    return path.toString();
  }

  private static RelayOutcome withoutSmtpUtf8() {
    return new RelayOutcome.PermanentFailure(
        Reply.of(550, "5.6.7", "Next hop does not take internationalized addresses"));
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  /** A command that is being written. */
  private static final class Line {
    private final StringBuilder text;
    private boolean sound = true;

    Line(String verbAndPath) {
      text = new StringBuilder(verbAndPath);
    }

    void parameter(String keyword, @org.jspecify.annotations.Nullable String value) {
      text.append(' ').append(keyword);
      if (value != null) {
        // RFC 5321 §4.1.2: an esmtp-value has no space, "=" apart from xtext's own, or control
        sound &= !value.isEmpty() && value.indexOf(' ') < 0;
        text.append('=').append(value);
      }
    }

    Command toCommand() {
      if (sound && text.chars().noneMatch(c -> c < 0x20 || (c >= 0x7f && c < 0xa0))) {
        try {
          ByteBuffer encoded =
              StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text + "\r\n"));
          if (encoded.remaining() <= MAX_COMMAND) {
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return new Command.Line(bytes);
          }
        } catch (CharacterCodingException e) {
          // half a surrogate pair: refused below like a control character
          sound = false;
        }
      }
      return new Command.Refused(
          new RelayOutcome.TemporaryFailure(
              Reply.of(451, "4.3.0", "Address or parameter cannot be relayed"),
              "a command that must not be written: control character, space or over-long"));
    }
  }
}

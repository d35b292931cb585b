package io.authserver.smtp.address;

import io.authserver.smtp.reply.Reply;
import org.jspecify.annotations.Nullable;

/**
 * Parses the arguments of MAIL and RCPT (RFC 5321 §4.1.1.2, §4.1.1.3): a path and the parameters of
 * the extensions that this project knows.
 *
 * <p>Refusals: 501 5.5.4 for the command's own syntax or a parameter's bad value, 501 5.1.7 and 501
 * 5.1.3 for a malformed reverse-path and forward-path, 555 5.5.4 for an unknown parameter, 553
 * 5.6.7 for a UTF-8 reverse-path without SMTPUTF8.
 */
public final class EnvelopeParser {
  private EnvelopeParser() {}

  /**
   * Parses what follows {@code MAIL} and a space, e.g. {@code FROM:<a@example.org> SIZE=1}, with
   * every extension offered.
   */
  public static Parsed<Sender> parseMail(String argument) {
    return parseMail(argument, OfferedParameters.ALL);
  }

  /** Parses what follows {@code MAIL} and a space, where these extensions were offered. */
  public static Parsed<Sender> parseMail(String argument, OfferedParameters offered) {
    if (!AsciiCase.startsWith(argument, "FROM:")) {
      return refused("5.5.4", "syntax: MAIL FROM:<address> [parameters]");
    }
    AddressScanner scanner = new AddressScanner(argument.substring(5).stripLeading());
    ReversePath path;
    try {
      path = reversePath(scanner);
    } catch (AddressSyntaxException e) {
      return refused("5.1.7", "bad reverse-path: " + e.getMessage());
    }
    MailParameterReader reader = new MailParameterReader(offered);
    Reply refusal = reader.readAll(scanner.rest());
    if (refusal != null) {
      return new Parsed.Refused<>(refusal);
    }
    MailParameters parameters = reader.parameters();
    if (path instanceof ReversePath.Address(Mailbox mailbox)
        && !mailbox.isAscii()
        && !parameters.smtpUtf8()) {
      return new Parsed.Refused<>(needsSmtpUtf8());
    }
    return new Parsed.Value<>(new Sender(path, parameters));
  }

  /**
   * Parses what follows {@code RCPT} and a space, e.g. {@code TO:<a@example.org> NOTIFY=NEVER},
   * with every extension offered.
   *
   * @param smtpUtf8 whether the transaction's MAIL said SMTPUTF8 (RFC 6531 §3.4)
   */
  public static Parsed<Recipient> parseRecipient(String argument, boolean smtpUtf8) {
    return parseRecipient(argument, smtpUtf8, OfferedParameters.ALL);
  }

  /** Parses what follows {@code RCPT} and a space, where these extensions were offered. */
  public static Parsed<Recipient> parseRecipient(
      String argument, boolean smtpUtf8, OfferedParameters offered) {
    if (!AsciiCase.startsWith(argument, "TO:")) {
      return refused("5.5.4", "syntax: RCPT TO:<address> [parameters]");
    }
    AddressScanner scanner = new AddressScanner(argument.substring(3).stripLeading());
    ForwardPath path;
    try {
      path = forwardPath(scanner);
    } catch (AddressSyntaxException e) {
      return refused("5.1.3", "bad forward-path: " + e.getMessage());
    }
    RecipientParameterReader reader = new RecipientParameterReader(smtpUtf8, offered);
    Reply refusal = reader.readAll(scanner.rest());
    if (refusal != null) {
      return new Parsed.Refused<>(refusal);
    }
    if (!smtpUtf8 && path instanceof ForwardPath.Address(Mailbox mailbox) && !mailbox.isAscii()) {
      return new Parsed.Refused<>(needsSmtpUtf8());
    }
    return new Parsed.Value<>(new Recipient(path, reader.parameters()));
  }

  private static ReversePath reversePath(AddressScanner scanner) throws AddressSyntaxException {
    open(scanner);
    if (scanner.skip('>')) {
      return new ReversePath.Null();
    }
    // RFC 5321 §4.1.1.3, appendix C: a source route is accepted and ignored.
    scanner.skipSourceRoute();
    Mailbox mailbox = scanner.mailbox();
    close(scanner);
    return new ReversePath.Address(mailbox);
  }

  private static ForwardPath forwardPath(AddressScanner scanner) throws AddressSyntaxException {
    open(scanner);
    scanner.skipSourceRoute();
    String localPart = scanner.localPart();
    // RFC 5321 §4.5.1: "postmaster" is valid without a domain, whatever its case.
    if (scanner.skip('>')) {
      if (!AsciiCase.equal(localPart, "postmaster")) {
        throw new AddressSyntaxException("no domain");
      }
      return new ForwardPath.Postmaster();
    }
    if (!scanner.skip('@')) {
      throw new AddressSyntaxException("character not allowed");
    }
    Mailbox mailbox = new Mailbox(localPart, scanner.domain());
    close(scanner);
    return new ForwardPath.Address(mailbox);
  }

  private static void open(AddressScanner scanner) throws AddressSyntaxException {
    if (!scanner.skip('<')) {
      throw new AddressSyntaxException("no <");
    }
  }

  private static void close(AddressScanner scanner) throws AddressSyntaxException {
    if (!scanner.skip('>')) {
      throw new AddressSyntaxException("no > where the address ends");
    }
  }

  private static Reply needsSmtpUtf8() {
    // RFC 6531 §3.5: an internationalised address without the SMTPUTF8 parameter.
    return Reply.of(553, "5.6.7", "a UTF-8 address needs SMTPUTF8");
  }

  private static <T> Parsed<T> refused(String enhanced, String text) {
    return new Parsed.Refused<>(Reply.of(501, enhanced, text));
  }

  /** Splits parameters and hands each to the command's own reader. */
  private abstract static class ParameterReader {
    /** Reads {@code *( SP Keyword [ "=" value ] )}; returns the refusal, or null. */
    final @Nullable Reply readAll(String rest) {
      if (!rest.isEmpty() && rest.charAt(0) != ' ') {
        return Reply.of(501, "5.5.4", "no space before the parameters");
      }
      for (String parameter : rest.split(" ", -1)) {
        if (parameter.isEmpty()) {
          continue;
        }
        int equals = parameter.indexOf('=');
        String keyword = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? null : parameter.substring(equals + 1);
        Reply refusal = read(AsciiCase.upper(keyword), value);
        if (refusal != null) {
          return refusal;
        }
      }
      return null;
    }

    abstract @Nullable Reply read(String keyword, @Nullable String value);

    static Reply unknown() {
      // RFC 5321 §4.1.1.11: parameters not recognized or not implemented.
      return Reply.of(555, "5.5.4", "unknown parameter");
    }

    static @Nullable Reply check(boolean good, String keyword) {
      return good ? null : bad(keyword);
    }

    static Reply bad(String keyword) {
      return Reply.of(501, "5.5.4", "bad value, or given twice: " + keyword);
    }
  }

  private static final class MailParameterReader extends ParameterReader {
    private final OfferedParameters offered;
    private long size = -1;
    private MailParameters.@Nullable Body body;
    private boolean smtpUtf8;
    private @Nullable String ret;
    private @Nullable String envid;

    MailParameterReader(OfferedParameters offered) {
      this.offered = offered;
    }

    MailParameters parameters() {
      return new MailParameters(size, body, smtpUtf8, ret, envid);
    }

    @Override
    @Nullable Reply read(String keyword, @Nullable String value) {
      return switch (keyword) {
        case "SIZE" -> offered.size() ? check(readSize(value), keyword) : unknown();
        case "BODY" -> offered.eightBitMime() ? readBody(value) : unknown();
        case "SMTPUTF8" -> offered.smtpUtf8() ? check(readSmtpUtf8(value), keyword) : unknown();
        case "RET" -> offered.dsn() ? check(readRet(value), keyword) : unknown();
        case "ENVID" -> offered.dsn() ? check(readEnvid(value), keyword) : unknown();
        default -> unknown();
      };
    }

    private boolean readSize(@Nullable String value) {
      // RFC 1870 §3: 1*20DIGIT; what does not fit a long is larger than any limit.
      if (size >= 0
          || value == null
          || value.isEmpty()
          || value.length() > 20
          || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return false;
      }
      String digits = value.replaceFirst("^0+(?=.)", "");
      size = digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
      return true;
    }

    private @Nullable Reply readBody(@Nullable String value) {
      if (body != null || value == null) {
        return bad("BODY");
      }
      String upper = AsciiCase.upper(value);
      // RFC 3030 §3: the value belongs to an extension of its own, which is never offered.
      if (upper.equals("BINARYMIME")) {
        return unknown();
      }
      for (MailParameters.Body known : MailParameters.Body.values()) {
        if (known.keyword().equals(upper)) {
          body = known;
          return null;
        }
      }
      return bad("BODY");
    }

    private boolean readSmtpUtf8(@Nullable String value) {
      if (smtpUtf8 || value != null) {
        return false;
      }
      smtpUtf8 = true;
      return true;
    }

    private boolean readRet(@Nullable String value) {
      if (ret != null || value == null) {
        return false;
      }
      String upper = AsciiCase.upper(value);
      if (!upper.equals("FULL") && !upper.equals("HDRS")) {
        return false;
      }
      ret = upper;
      return true;
    }

    private boolean readEnvid(@Nullable String value) {
      // RFC 3461 §4.4: xtext, at most 100 octets.
      if (envid != null || value == null || value.length() > 100 || !Xtext.isValid(value)) {
        return false;
      }
      envid = value;
      return true;
    }
  }

  private static final class RecipientParameterReader extends ParameterReader {
    private final boolean smtpUtf8;
    private final OfferedParameters offered;
    private @Nullable String notifyOn;
    private @Nullable String orcpt;

    RecipientParameterReader(boolean smtpUtf8, OfferedParameters offered) {
      this.smtpUtf8 = smtpUtf8;
      this.offered = offered;
    }

    RecipientParameters parameters() {
      return new RecipientParameters(notifyOn, orcpt);
    }

    @Override
    @Nullable Reply read(String keyword, @Nullable String value) {
      return switch (keyword) {
        case "NOTIFY" -> offered.dsn() ? check(readNotify(value), keyword) : unknown();
        case "ORCPT" -> offered.dsn() ? check(readOrcpt(value), keyword) : unknown();
        default -> unknown();
      };
    }

    private boolean readNotify(@Nullable String value) {
      if (notifyOn != null || value == null) {
        return false;
      }
      String upper = AsciiCase.upper(value);
      // RFC 3461 §4.1: NEVER stands alone, the others may be combined.
      if (!upper.matches("NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2}")) {
        return false;
      }
      notifyOn = upper;
      return true;
    }

    private boolean readOrcpt(@Nullable String value) {
      // RFC 3461 §4.2: addr-type ";" xtext, at most 500 octets.
      if (orcpt != null || value == null || Mailbox.octets(value) > 500) {
        return false;
      }
      int semicolon = value.indexOf(';');
      if (semicolon < 1
          || !value.substring(0, semicolon).matches("[A-Za-z0-9-]+")
          || !isAddress(value.substring(0, semicolon), value.substring(semicolon + 1))) {
        return false;
      }
      orcpt = value;
      return true;
    }

    private boolean isAddress(String type, String address) {
      // RFC 6533 §3: the type utf-8 has its own encoding, and UTF-8 itself only under SMTPUTF8.
      return AsciiCase.equal(type, "UTF-8")
          ? Xtext.isValidUtf8Address(address, smtpUtf8)
          : Xtext.isValid(address);
    }
  }
}

package io.authserver.smtp.message;

import io.authserver.smtp.address.AsciiCase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;

/**
 * What mailforwarder tells dkimsigner about a copy, in a header field that it proves: an HMAC under
 * a key that the two share covers the mark, the id in mailforwarder's Received field right below,
 * and the From and Message-ID fields (docs/adr/0017). Never leaves the site: dkimsigner removes
 * every mark, and mailforwarder those that it receives.
 *
 * @param submitted whether the message was submitted to us
 * @param author whether its author is one that who submitted it may be
 */
public record OriginMark(boolean submitted, Author author) {
  /** The name of the field. */
  public static final String FIELD_NAME = "Authserver-Forwarded";

  /** No mark of ours is longer, however it was folded on its way; it is far from it. */
  static final int MOST_BYTES = 400;

  /** Our trace field is shorter, whatever the client's name and the recipient are. */
  private static final int MOST_TRACE_BYTES = 4096;

  private static final int VERSION = 2;

  /** Keeps a HMAC for something else from proving a mark. */
  private static final byte[] DOMAIN =
      "authserver origin mark\0".getBytes(StandardCharsets.US_ASCII);

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** The value without white space, which the queue between may have changed. */
  private static final Pattern VALUE =
      Pattern.compile(
          "v=2;submitted=(yes|no);author=(match|mismatch|unjudged);id=("
              + ID.pattern()
              + ");mac=([A-Za-z0-9+/]{43}=)");

  private static final String FORMER_YES = "v=1;submitted=yes";
  private static final String FORMER_NO = "v=1;submitted=no";

  /** Whether the author of a message is one that who submitted it may be. */
  public enum Author {
    /** He is. */
    MATCH,
    /** He is not. */
    MISMATCH,
    /** Nobody asked, or it cannot be told. */
    UNJUDGED;

    /** Returns it as it is written in the field. */
    public String word() {
      return AsciiCase.lower(name());
    }
  }

  /** What the marks of a message are. */
  public sealed interface Reading {}

  /** There is none. */
  public record Unmarked() implements Reading {}

  /**
   * All are marks as mailforwarder wrote them before it proved them: anybody can have written them.
   *
   * @param submitted whether each says so
   */
  public record Former(boolean submitted) implements Reading {}

  /**
   * The one mark says this, in its place; {@link #isProved} tells whether that is to be believed.
   */
  public record Claimed(OriginMark mark, String id, byte[] mac) implements Reading {
    @Override
    public String toString() {
      return "Claimed[" + mark + ", " + id + "]";
    }
  }

  /** There is one that proves nothing. */
  public record Unproved(Fault fault) implements Reading {}

  /** Why a mark proves nothing. */
  public enum Fault {
    /** It is not alone. */
    SEVERAL_MARKS,
    /** It is too long, of another version, or not written as ours are. */
    MALFORMED_MARK,
    /** Above it is more than the trace fields of the queue between, and Delivered-To. */
    MISPLACED_MARK,
    /** Right below is no Received field with its id. */
    WRONG_ID,
    /** No key of ours proves it with this id, From and Message-ID. */
    WRONG_MAC
  }

  /**
   * Returns the field, CRLF included. It belongs right above the Received field with the id.
   *
   * @param header the message as it is sent on, without marks
   */
  public byte[] toField(String id, MarkKey key, HeaderSection header) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("not an id of a transaction");
    }
    String mac = Base64.getEncoder().encodeToString(mac(id, key, header, header.all("message-id")));
    String field =
        FIELD_NAME
            + ": v="
            + VERSION
            + "; submitted="
            + (submitted ? "yes" : "no")
            + "; author="
            + author.word()
            + ";\r\n\tid="
            + id
            + ";\r\n\tmac="
            + mac
            + "\r\n";
    return field.getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns what the marks of a message are. */
  public static Reading read(HeaderSection header) {
    int marks = header.count(FIELD_NAME);
    if (marks == 0) {
      return new Unmarked();
    }
    Optional<Boolean> former = former(header);
    if (former.isPresent()) {
      return new Former(former.get());
    }
    if (marks > 1) {
      return new Unproved(Fault.SEVERAL_MARKS);
    }
    List<HeaderField> fields = header.fields();
    int at = 0;
    boolean misplaced = false;
    for (; !fields.get(at).isNamed(FIELD_NAME); at++) {
      HeaderField above = fields.get(at);
      misplaced |= !above.isNamed("received") && !above.isNamed("delivered-to");
    }
    Matcher value = VALUE.matcher(value(fields.get(at)));
    if (!value.matches()) {
      return new Unproved(Fault.MALFORMED_MARK);
    }
    if (misplaced) {
      return new Unproved(Fault.MISPLACED_MARK);
    }
    String id = value.group(3);
    if (at + 1 == fields.size() || !isTrace(fields.get(at + 1), id)) {
      return new Unproved(Fault.WRONG_ID);
    }
    OriginMark mark =
        new OriginMark(
            value.group(1).equals("yes"), Author.valueOf(AsciiCase.upper(value.group(2))));
    return new Claimed(mark, id, Base64.getDecoder().decode(value.group(4)));
  }

  /**
   * Returns whether one of the keys proves what a message's mark claims.
   *
   * @param header the message as it came
   */
  public static boolean isProved(Claimed claimed, List<MarkKey> keys, HeaderSection header) {
    List<HeaderField> messageIds = header.all("message-id");
    boolean proved = false;
    for (MarkKey key : keys) {
      proved |= isProved(claimed, key, header, messageIds);
      // OpenSMTPD, the queue between, adds one where there was none.
      proved |= messageIds.size() == 1 && isProved(claimed, key, header, List.of());
    }
    return proved;
  }

  private static boolean isProved(
      Claimed claimed, MarkKey key, HeaderSection header, List<HeaderField> messageIds) {
    return MessageDigest.isEqual(
        claimed.mark().mac(claimed.id(), key, header, messageIds), claimed.mac());
  }

  /**
   * Returns whether a dkimsigner of before would have taken a message for a forwarded copy that was
   * not submitted to us: one mark that did not say {@code submitted=yes}, in words that were
   * understood, decided. What mailforwarder passed on unchanged had no mark then.
   */
  public static boolean wasUntrusted(HeaderSection header) {
    boolean untrusted = false;
    boolean forwarded = false;
    for (HeaderField field : header.fields()) {
      if (field.isNamed(FIELD_NAME)) {
        String value = value(field);
        Matcher proved = VALUE.matcher(value);
        untrusted |=
            proved.matches()
                ? forwarded && proved.group(1).equals("no")
                : !AsciiCase.equal(value, FORMER_YES);
      }
      forwarded = field.isNamed("delivered-to");
    }
    return untrusted;
  }

  /** Returns the message without any mark. */
  public static MessageBytes remove(MessageBytes message) {
    return MessageView.withoutFields(message, FIELD_NAME);
  }

  /** Returns what marks of version 1 say together; empty where one is of another. */
  private static Optional<Boolean> former(HeaderSection header) {
    boolean submitted = true;
    for (HeaderField field : header.fields()) {
      if (field.isNamed(FIELD_NAME)) {
        String value = value(field);
        boolean yes = AsciiCase.equal(value, FORMER_YES);
        if (!yes && !AsciiCase.equal(value, FORMER_NO)) {
          return Optional.empty();
        }
        submitted &= yes;
      }
    }
    return Optional.of(submitted);
  }

  /** Returns the value of a mark without white space; nothing of one that is too long. */
  private static String value(HeaderField field) {
    return field.length() > MOST_BYTES
        ? ""
        : new String(field.value(), StandardCharsets.ISO_8859_1).replaceAll("\\s", "");
  }

  private static boolean isTrace(HeaderField field, String id) {
    if (!field.isNamed("received") || field.length() > MOST_TRACE_BYTES) {
      return false;
    }
    String[] words =
        new String(field.value(), StandardCharsets.ISO_8859_1).strip().split("[\\s;]+", -1);
    for (int i = 0; i + 1 < words.length; i++) {
      if (words[i].equals("id") && words[i + 1].equals(id)) {
        return true;
      }
    }
    return false;
  }

  private byte[] mac(String id, MarkKey key, HeaderSection header, List<HeaderField> messageIds) {
    Mac mac = key.mac();
    mac.update(DOMAIN);
    mac.update(new byte[] {VERSION, (byte) (submitted ? 1 : 0)});
    update(mac, author.word().getBytes(StandardCharsets.US_ASCII));
    update(mac, id.getBytes(StandardCharsets.US_ASCII));
    update(mac, header.all("from"));
    update(mac, messageIds);
    return mac.doFinal();
  }

  /** Their number and each with its length: no two messages give the same bytes. */
  private static void update(Mac mac, List<HeaderField> fields) {
    mac.update(number(fields.size()));
    for (HeaderField field : fields) {
      update(mac, RelaxedField.of(field));
    }
  }

  private static void update(Mac mac, byte[] bytes) {
    mac.update(number(bytes.length));
    mac.update(bytes);
  }

  private static byte[] number(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }
}

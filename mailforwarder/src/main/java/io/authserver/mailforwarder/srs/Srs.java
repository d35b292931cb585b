package io.authserver.mailforwarder.srs;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.Mailbox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a sender into an address of ours and back.
 *
 * <p>SRS0 holds hash, timestamp, host and user; an address that is already SRS0 or SRS1 becomes
 * SRS1, which names the first forwarder, so that a bounce takes one hop to it instead of the whole
 * way back. Local parts are text without SMTP quoting.
 *
 * <p>{@link #forward} may make more than the 64 octets of RFC 5321 §4.5.3.1.1, or what needs quotes
 * or SMTPUTF8, as Mail::SRS and postsrsd do. {@link #rewrite} puts a short token in the place of
 * host and user then, for which somebody has to keep the sender: {@code
 * SRS0=hash=timestamp=~=token}, where {@code ~} is no host's name. To others it is an SRS0 address
 * like any.
 *
 * <p>The hash has one of two {@linkplain SrsForm forms}. In that of Mail::SRS nothing separates the
 * parts, so a hash is good for other addresses than the one it was made for.
 */
public final class Srs {
  /** Octets of a local part that every SMTP server takes (RFC 5321 §4.5.3.1.1). */
  public static final int MAX_LOCAL_PART_OCTETS = 64;

  /** Days for which an address can be reversed, as Mail::SRS on Debian and postsrsd have it. */
  public static final int DEFAULT_MAX_AGE_DAYS = 21;

  /** Characters of a hash, as Mail::SRS and postsrsd have it. */
  public static final int DEFAULT_HASH_LENGTH = 4;

  private static final int MAX_HASH_LENGTH = 27;

  /** Stands where the host is, for a token in the place of the user. */
  private static final String TOKEN_HOST = "~";

  private static final int TIMESTAMP_DAYS = 1024;
  private static final long SECONDS_A_DAY = 86_400;
  private static final String SRS0 = "srs0";
  private static final String SRS1 = "srs1";
  private static final Pattern TAG = Pattern.compile("SRS([01])([-+=])", Pattern.CASE_INSENSITIVE);

  /** What another forwarder made of an SRS0 address: the first forwarder, and what is its own. */
  private static final Pattern WELL_FORMED_SRS1 =
      Pattern.compile(
          "SRS1[-+=][^=]*=([^=]+)=([-+=].*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final List<SrsSecret> secrets;
  private final int hashLength;
  private final int minHashLength;
  private final int maxAgeDays;
  private final SrsForms forms;

  /**
   * Makes a rewriter.
   *
   * @param secrets the first signs, all verify; at least one
   * @param hashLength characters of a hash that is made in the form of Mail::SRS, 1 to 27
   * @param minHashLength characters that such a hash needs to be accepted, at most {@code
   *     hashLength}
   * @param maxAgeDays days for which an address is accepted, under 1024
   * @param forms how the hash is made and read
   */
  public Srs(
      List<SrsSecret> secrets, int hashLength, int minHashLength, int maxAgeDays, SrsForms forms) {
    this.secrets = List.copyOf(secrets);
    if (this.secrets.isEmpty()) {
      throw new IllegalArgumentException("SRS needs a secret");
    }
    if (minHashLength < 1 || hashLength < minHashLength || hashLength > MAX_HASH_LENGTH) {
      throw new IllegalArgumentException("hash length: " + minHashLength + " to " + hashLength);
    }
    if (maxAgeDays < 1 || maxAgeDays >= TIMESTAMP_DAYS) {
      throw new IllegalArgumentException("SRS age in days: " + maxAgeDays);
    }
    this.hashLength = hashLength;
    this.minHashLength = minHashLength;
    this.maxAgeDays = maxAgeDays;
    this.forms = forms;
  }

  /** Makes a rewriter with the lengths and the age that its peers have. */
  public Srs(List<SrsSecret> secrets, SrsForms forms) {
    this(secrets, DEFAULT_HASH_LENGTH, DEFAULT_HASH_LENGTH, DEFAULT_MAX_AGE_DAYS, forms);
  }

  /** Makes a rewriter with the lengths, the age and the hash that its peers have. */
  public Srs(List<SrsSecret> secrets) {
    this(secrets, SrsForms.MAILSRS);
  }

  /**
   * Rewrites a sender.
   *
   * @return the local part of the new address, in whichever domain the forwarder uses
   */
  public String forward(String localPart, String domain, Instant now) {
    Optional<SrsReversal.Original> first = firstForwarder(localPart, domain);
    if (first.isPresent()) {
      // The separator of the first forwarder stays, so that its address can be made again.
      String opaque = first.get().localPart().substring(SRS0.length());
      String host = first.get().domain();
      return String.join("=", "SRS1", hash(SRS1, host, opaque), host, opaque);
    }
    return srs0(timestamp(now), domain, localPart);
  }

  /**
   * Returns the SRS0 address to which a bounce takes the short cut: the sender itself, or that of
   * the first forwarder in a well-formed SRS1 address. Empty for an ordinary sender, and for what
   * begins like SRS1 and names no forwarder.
   */
  private static Optional<SrsReversal.Original> firstForwarder(String localPart, String domain) {
    Matcher tag = TAG.matcher(localPart);
    if (!tag.lookingAt()) {
      return Optional.empty();
    }
    if (tag.group(1).equals("0")) {
      return Optional.of(
          new SrsReversal.Original("SRS0" + localPart.substring(tag.end() - 1), domain));
    }
    Matcher srs1 = WELL_FORMED_SRS1.matcher(localPart);
    return srs1.matches() && Mailbox.tryParse("x@" + srs1.group(1)).isPresent()
        ? Optional.of(new SrsReversal.Original("SRS0" + srs1.group(2), srs1.group(1)))
        : Optional.empty();
  }

  /**
   * A rewritten sender.
   *
   * @param localPart the local part of the new address
   * @param token what has to be kept before the address is used; null where it holds the sender
   *     itself
   */
  public record Rewritten(String localPart, @Nullable SrsToken token) {}

  /**
   * Rewrites a sender into a Dot-string (RFC 5321 §4.1.2) of at most 64 octets, which every server
   * takes: with a token where host and user do not make one.
   */
  public Rewritten rewrite(String localPart, String domain, Instant now) {
    String made = forward(localPart, domain, now);
    // What the long form leads back to, so that a token takes the same short cut as SRS1.
    SrsReversal.Original behind =
        firstForwarder(localPart, domain).orElse(new SrsReversal.Original(localPart, domain));
    if (isTakenEverywhere(made) && reverse(made, now).equals(behind)) {
      return new Rewritten(made, null);
    }
    SrsToken token = SrsToken.of(behind.localPart(), behind.domain());
    return new Rewritten(srs0(timestamp(now), TOKEN_HOST, token.token()), token);
  }

  private static boolean isTakenEverywhere(String localPart) {
    Mailbox mailbox = new Mailbox(localPart, TOKEN_HOST);
    return !isOverlong(localPart)
        && mailbox.isAscii()
        && mailbox.quotedLocalPart().equals(localPart);
  }

  /** Returns whether a local part is longer than what every server takes. */
  public static boolean isOverlong(String localPart) {
    return localPart.getBytes(StandardCharsets.UTF_8).length > MAX_LOCAL_PART_OCTETS;
  }

  /** Returns whether a local part begins as an SRS address does. */
  public static boolean hasTag(String localPart) {
    return TAG.matcher(localPart).lookingAt();
  }

  /** Finds the address that was rewritten. */
  public SrsReversal reverse(String localPart, Instant now) {
    Matcher tag = TAG.matcher(localPart);
    if (!tag.lookingAt()) {
      return new SrsReversal.NotSrs();
    }
    String rest = localPart.substring(tag.end());
    return tag.group(1).equals("0") ? reverseSrs0(rest, now) : reverseSrs1(rest, now);
  }

  private SrsReversal reverseSrs0(String rest, Instant now) {
    String[] parts = rest.split("=", 4);
    if (parts.length < 4 || !verifies(now, parts[0], SRS0, parts[1], parts[2], parts[3])) {
      return new SrsReversal.BadHash();
    }
    if (parts[2].isEmpty() || parts[3].isEmpty() || !isYoung(parts[1], now)) {
      return new SrsReversal.BadTimestamp();
    }
    return parts[2].equals(TOKEN_HOST)
        ? new SrsReversal.Token(AsciiCase.lower(parts[3]))
        : new SrsReversal.Original(parts[3], parts[2]);
  }

  private SrsReversal reverseSrs1(String rest, Instant now) {
    String[] parts = rest.split("=", 3);
    if (parts.length < 3
        || parts[1].isEmpty()
        || !verifies(now, parts[0], SRS1, parts[1], parts[2])) {
      return new SrsReversal.BadHash();
    }
    // The timestamp inside is the first forwarder's to judge.
    return new SrsReversal.Original("SRS0" + parts[2], parts[1]);
  }

  private String srs0(String timestamp, String host, String user) {
    return String.join("=", "SRS0", hash(SRS0, timestamp, host, user), timestamp, host, user);
  }

  private String hash(String kind, String... parts) {
    SrsSecret secret = secrets.getFirst();
    return switch (forms.made()) {
      case MAILSRS -> secret.digest(parts).substring(0, hashLength);
      case SEPARATED -> secret.separated(kind, parts);
    };
  }

  private boolean verifies(Instant now, String hash, String kind, String... parts) {
    // Some servers fold local parts on the way, so the case of a hash does not count.
    byte[] given = AsciiCase.lower(hash).getBytes(StandardCharsets.UTF_8);
    boolean valid = false;
    if (hash.length() == SrsSecret.SEPARATED_LENGTH && Base32.isDigits(hash)) {
      for (SrsSecret secret : secrets) {
        valid |= isEqual(given, secret.separated(kind, parts));
      }
    }
    if (hash.length() >= minHashLength
        && hash.length() <= MAX_HASH_LENGTH
        && forms.readsMailSrs(epochDay(now), maxAgeDays)) {
      for (SrsSecret secret : secrets) {
        valid |= isEqual(given, secret.digest(parts).substring(0, hash.length()));
      }
    }
    return valid;
  }

  private static boolean isEqual(byte[] folded, String made) {
    return MessageDigest.isEqual(folded, AsciiCase.lower(made).getBytes(StandardCharsets.UTF_8));
  }

  private static String timestamp(Instant now) {
    int day = day(now);
    return "" + Base32.DIGITS.charAt(day >> 5) + Base32.DIGITS.charAt(day & 31);
  }

  private boolean isYoung(String timestamp, Instant now) {
    Integer then = parse(timestamp);
    return then != null && Math.floorMod(day(now) - then, TIMESTAMP_DAYS) <= maxAgeDays;
  }

  private static int day(Instant now) {
    return Math.floorMod(epochDay(now), TIMESTAMP_DAYS);
  }

  /** Returns the days since 1970. */
  static long epochDay(Instant now) {
    return Math.floorDiv(now.getEpochSecond(), SECONDS_A_DAY);
  }

  private static @Nullable Integer parse(String timestamp) {
    if (timestamp.length() != 2) {
      return null;
    }
    int high = Base32.DIGITS.indexOf(AsciiCase.upper(timestamp.charAt(0)));
    int low = Base32.DIGITS.indexOf(AsciiCase.upper(timestamp.charAt(1)));
    return high < 0 || low < 0 ? null : high << 5 | low;
  }
}

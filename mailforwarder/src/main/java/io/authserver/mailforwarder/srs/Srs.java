package io.authserver.mailforwarder.srs;

import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
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
 * <p>{@link #forward} may make more than the 64 octets of RFC 5321 §4.5.3.1.1, as Mail::SRS and
 * postsrsd do. {@link #rewrite} puts a short token in the place of host and user then, for which
 * somebody has to keep the sender: {@code SRS0=hash=timestamp=~=token}, where {@code ~} is no
 * host's name. To others it is an SRS0 address like any.
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
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final Pattern TAG = Pattern.compile("SRS([01])([-+=])", Pattern.CASE_INSENSITIVE);

  private final List<SrsSecret> secrets;
  private final int hashLength;
  private final int minHashLength;
  private final int maxAgeDays;

  /**
   * Makes a rewriter.
   *
   * @param secrets the first signs, all verify; at least one
   * @param hashLength characters of a hash that is made, 1 to 27
   * @param minHashLength characters that a hash needs to be accepted, at most {@code hashLength}
   * @param maxAgeDays days for which an address is accepted, under 1024
   */
  public Srs(List<SrsSecret> secrets, int hashLength, int minHashLength, int maxAgeDays) {
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
  }

  /** Makes a rewriter with the lengths and the age that its peers have. */
  public Srs(List<SrsSecret> secrets) {
    this(secrets, DEFAULT_HASH_LENGTH, DEFAULT_HASH_LENGTH, DEFAULT_MAX_AGE_DAYS);
  }

  /**
   * Rewrites a sender.
   *
   * @return the local part of the new address, in whichever domain the forwarder uses
   */
  public String forward(String localPart, String domain, Instant now) {
    Matcher tag = TAG.matcher(localPart);
    if (tag.lookingAt()) {
      if (tag.group(1).equals("0")) {
        // The separator of the first forwarder stays, so that its address can be made again.
        return srs1(domain, localPart.substring(tag.end() - 1));
      }
      String[] parts = localPart.substring(tag.end()).split("=", 3);
      if (parts.length == 3) {
        return srs1(parts[1], parts[2]);
      }
    }
    String timestamp = timestamp(now);
    return String.join(
        "=", "SRS0", hash(timestamp, domain, localPart), timestamp, domain, localPart);
  }

  /**
   * A rewritten sender.
   *
   * @param localPart the local part of the new address
   * @param token what has to be kept before the address is used; null where it holds the sender
   *     itself
   */
  public record Rewritten(String localPart, @Nullable SrsToken token) {}

  /** Rewrites a sender into at most 64 octets: where they are too few, with a token. */
  public Rewritten rewrite(String localPart, String domain, Instant now) {
    String made = forward(localPart, domain, now);
    // What the long form leads back to, so that a token takes the same short cut as SRS1.
    if (!isOverlong(made)
        || !(reverse(made, now) instanceof SrsReversal.Original(String user, String host))) {
      return new Rewritten(made, null);
    }
    SrsToken token = SrsToken.of(user, host);
    String timestamp = timestamp(now);
    String hash = hash(timestamp, TOKEN_HOST, token.token());
    return new Rewritten(
        String.join("=", "SRS0", hash, timestamp, TOKEN_HOST, token.token()), token);
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
    return tag.group(1).equals("0") ? reverseSrs0(rest, now) : reverseSrs1(rest);
  }

  private SrsReversal reverseSrs0(String rest, Instant now) {
    String[] parts = rest.split("=", 4);
    if (parts.length < 4 || !verifies(parts[0], parts[1], parts[2], parts[3])) {
      return new SrsReversal.BadHash();
    }
    if (parts[2].isEmpty() || parts[3].isEmpty() || !isYoung(parts[1], now)) {
      return new SrsReversal.BadTimestamp();
    }
    return parts[2].equals(TOKEN_HOST)
        ? new SrsReversal.Token(AsciiCase.lower(parts[3]))
        : new SrsReversal.Original(parts[3], parts[2]);
  }

  private SrsReversal reverseSrs1(String rest) {
    String[] parts = rest.split("=", 3);
    if (parts.length < 3 || parts[1].isEmpty() || !verifies(parts[0], parts[1], parts[2])) {
      return new SrsReversal.BadHash();
    }
    // The timestamp inside is the first forwarder's to judge.
    return new SrsReversal.Original("SRS0" + parts[2], parts[1]);
  }

  private String srs1(String firstForwarder, String opaque) {
    return String.join("=", "SRS1", hash(firstForwarder, opaque), firstForwarder, opaque);
  }

  private String hash(String... parts) {
    return secrets.getFirst().digest(parts).substring(0, hashLength);
  }

  private boolean verifies(String hash, String... parts) {
    if (hash.length() < minHashLength || hash.length() > MAX_HASH_LENGTH) {
      return false;
    }
    // Some servers fold local parts on the way, so the case of a hash does not count.
    byte[] given = AsciiCase.lower(hash).getBytes(StandardCharsets.UTF_8);
    boolean valid = false;
    for (SrsSecret secret : secrets) {
      String made = AsciiCase.lower(secret.digest(parts).substring(0, hash.length()));
      valid |= MessageDigest.isEqual(given, made.getBytes(StandardCharsets.UTF_8));
    }
    return valid;
  }

  private static String timestamp(Instant now) {
    int day = day(now);
    return "" + BASE32.charAt(day >> 5) + BASE32.charAt(day & 31);
  }

  private boolean isYoung(String timestamp, Instant now) {
    Integer then = parse(timestamp);
    return then != null && Math.floorMod(day(now) - then, TIMESTAMP_DAYS) <= maxAgeDays;
  }

  private static int day(Instant now) {
    return Math.floorMod(Math.floorDiv(now.getEpochSecond(), SECONDS_A_DAY), TIMESTAMP_DAYS);
  }

  private static @Nullable Integer parse(String timestamp) {
    if (timestamp.length() != 2) {
      return null;
    }
    int high = BASE32.indexOf(AsciiCase.upper(timestamp.charAt(0)));
    int low = BASE32.indexOf(AsciiCase.upper(timestamp.charAt(1)));
    return high < 0 || low < 0 ? null : high << 5 | low;
  }
}

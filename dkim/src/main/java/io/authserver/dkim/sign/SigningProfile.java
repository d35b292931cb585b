package io.authserver.dkim.sign;

import io.authserver.dkim.canon.Canonicalization;
import io.authserver.smtp.address.AsciiCase;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a signature covers and how (RFC 6376 §5.4). Field names in any case, kept in lower case.
 *
 * <p>Oversigning names a field once more than it comes, so that none can be added afterwards (RFC
 * 6376 §8.15).
 *
 * @param headerCanonicalization for header fields
 * @param bodyCanonicalization for the body
 * @param signed fields signed with all their instances when present, in the order of {@code h=}
 * @param oversigned fields signed once more than they come, present or not; From is always one
 * @param oversignedIfPresent fields signed once more than they come, where they come at all
 * @param auid the agent or user identifier ({@code i=}), {@code local@domain} or {@code @domain},
 *     the domain being the key's or below it; null for none, which means {@code @} and the domain
 */
public record SigningProfile(
    Canonicalization headerCanonicalization,
    Canonicalization bodyCanonicalization,
    List<String> signed,
    Set<String> oversigned,
    Set<String> oversignedIfPresent,
    @Nullable String auid) {

  private static final Pattern FIELD_NAME = Pattern.compile("[!-9;-~]+");

  /**
   * Trace fields and results change on the way (RFC 6376 §5.4.1, RFC 8601 §5), Bcc is removed on
   * the way; a signature does not sign another, because intermediaries may take those away. ARC's
   * fields ({@code arc-…}) come after it (RFC 8617 §4.1.2).
   */
  private static final Set<String> NEVER =
      Set.of(
          "bcc",
          "resent-bcc",
          "received",
          "return-path",
          "delivered-to",
          "dkim-signature",
          "authentication-results");

  private static final String ARC = "arc-";

  /** The fields of MIME (RFC 2045, RFC 2183): change them and the content changes. */
  private static final List<String> MIME =
      List.of(
          "mime-version",
          "content-type",
          "content-transfer-encoding",
          "content-disposition",
          "content-id",
          "content-description",
          "content-language");

  /** What readers take from a message and anybody could put into one that has none of it. */
  private static final List<String> OFTEN_ABSENT =
      List.of("reply-to", "cc", "mime-version", "content-type", "content-transfer-encoding");

  private static final SigningProfile STANDARD = makeStandard();

  /** Checks the names. */
  public SigningProfile {
    signed = List.copyOf(names(signed));
    Set<String> always = names(oversigned);
    // RFC 6376 §5.4: From is signed, whatever else is.
    always.add("from");
    oversigned = Set.copyOf(always);
    oversignedIfPresent = Set.copyOf(names(oversignedIfPresent));
    if (auid != null && (auid.indexOf('@') < 0 || auid.chars().anyMatch(c -> c <= ' '))) {
      throw new IllegalArgumentException("an AUID is [local-part]@domain without white space");
    }
  }

  private static Set<String> names(Iterable<String> names) {
    Set<String> lower = new LinkedHashSet<>();
    for (String name : names) {
      String folded = AsciiCase.lower(name);
      if (!FIELD_NAME.matcher(folded).matches() || folded.indexOf(';') >= 0) {
        throw new IllegalArgumentException("not a field name (RFC 5322 §3.6.8): " + name);
      }
      if (NEVER.contains(folded) || folded.startsWith(ARC)) {
        throw new IllegalArgumentException("a field that is never signed: " + name);
      }
      lower.add(folded);
    }
    return lower;
  }

  /**
   * Returns the profile for all domains that ask for nothing else: relaxed/relaxed; the list of RFC
   * 6376 §5.4.1, Sender, the other Resent fields, Message-ID, the MIME fields,
   * List-Unsubscribe-Post (RFC 8058 §4); From, To, Subject, Date, Message-ID oversigned always,
   * Reply-To, Cc and the MIME fields where they come. Sender, Resent and List fields never are: a
   * list that changes nothing else adds them.
   */
  public static SigningProfile standard() {
    return STANDARD;
  }

  private static SigningProfile makeStandard() {
    List<String> signed =
        new ArrayList<>(List.of("from", "to", "cc", "reply-to", "subject", "date", "message-id"));
    signed.addAll(MIME);
    signed.addAll(
        List.of(
            "sender",
            "in-reply-to",
            "references",
            "resent-date",
            "resent-from",
            "resent-sender",
            "resent-to",
            "resent-cc",
            "resent-message-id",
            "list-id",
            "list-help",
            "list-unsubscribe",
            "list-unsubscribe-post",
            "list-subscribe",
            "list-post",
            "list-owner",
            "list-archive"));
    Set<String> ifPresent = new LinkedHashSet<>(MIME);
    ifPresent.add("reply-to");
    ifPresent.add("cc");
    return new SigningProfile(
        Canonicalization.RELAXED,
        Canonicalization.RELAXED,
        signed,
        Set.of("from", "to", "subject", "date", "message-id"),
        ifPresent,
        null);
  }

  /** Returns this profile with another way to canonicalise. */
  public SigningProfile withCanonicalization(Canonicalization header, Canonicalization body) {
    return new SigningProfile(header, body, signed, oversigned, oversignedIfPresent, auid);
  }

  /** Returns this profile with these fields signed as well, when present. */
  public SigningProfile withSigned(List<String> names) {
    List<String> all = new ArrayList<>(signed);
    all.addAll(names);
    return new SigningProfile(
        headerCanonicalization, bodyCanonicalization, all, oversigned, oversignedIfPresent, auid);
  }

  /** Returns this profile with these fields oversigned as well, present or not. */
  public SigningProfile withOversigned(List<String> names) {
    Set<String> all = new LinkedHashSet<>(oversigned);
    all.addAll(names);
    return new SigningProfile(
        headerCanonicalization, bodyCanonicalization, signed, all, oversignedIfPresent, auid);
  }

  /**
   * Returns this profile for a message that is as its author made it: Reply-To, Cc, Content-Type,
   * Content-Transfer-Encoding and MIME-Version are oversigned even where they are absent, because
   * one that is added changes who gets the answer, or what the body is (RFC 6376 §8.15).
   */
  public SigningProfile complete() {
    return withOversigned(OFTEN_ABSENT);
  }

  /** Returns this profile with an agent or user identifier, or without one. */
  public SigningProfile withAuid(@Nullable String auid) {
    return new SigningProfile(
        headerCanonicalization,
        bodyCanonicalization,
        signed,
        oversigned,
        oversignedIfPresent,
        auid);
  }
}

package io.authserver.dkim.verify;

import io.authserver.dkim.canon.Canonicalization;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.smtp.address.ALabels;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.HeaderField;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A DKIM-Signature field, read (RFC 6376 §3.5).
 *
 * @param algorithm {@code a=}
 * @param signature {@code b=}
 * @param bodyHash {@code bh=}
 * @param headerCanonicalization the first word of {@code c=}
 * @param bodyCanonicalization the second one
 * @param signingDomain {@code d=} as A-labels in lower case
 * @param selector {@code s=} as A-labels
 * @param signedFields {@code h=}, in lower case
 * @param auid {@code i=} as it stands; {@code @} and the domain where it is missing
 * @param bodyLength {@code l=} in octets; null for the whole body
 * @param signedAt {@code t=}
 * @param expiresAt {@code x=}
 */
public record DkimSignature(
    KeyAlgorithm algorithm,
    byte[] signature,
    byte[] bodyHash,
    Canonicalization headerCanonicalization,
    Canonicalization bodyCanonicalization,
    String signingDomain,
    String selector,
    List<String> signedFields,
    String auid,
    @Nullable Long bodyLength,
    @Nullable Instant signedAt,
    @Nullable Instant expiresAt) {

  /** Returns the DNS name of the record that publishes the key (RFC 6376 §3.6.2.1). */
  public String recordName() {
    return selector + "._domainkey." + signingDomain;
  }

  /** Returns the domain of the AUID, A-labels in lower case. */
  String auidDomain() throws SignatureRejected {
    return aLabels("i", auid.substring(auid.lastIndexOf('@') + 1));
  }

  static DkimSignature parse(HeaderField field) throws SignatureRejected {
    TagList tags;
    try {
      tags = TagList.parse(text(field.value()));
    } catch (TagList.MalformedTagList e) {
      throw syntax(e.getMessage() == null ? "" : e.getMessage());
    }
    String version = required(tags, "v");
    if (!version.equals("1")) {
      throw new SignatureRejected(VerificationReason.UNSUPPORTED_VERSION, "v= is not 1");
    }
    KeyAlgorithm algorithm = algorithm(required(tags, "a"));
    byte[] signature = base64("b", required(tags, "b"));
    byte[] bodyHash = base64("bh", required(tags, "bh"));
    String signingDomain = aLabels("d", required(tags, "d"));
    String selector = aLabels("s", required(tags, "s"));
    List<String> signedFields = signedFields(required(tags, "h"));
    Canonicalization[] canonicalizations = canonicalizations(tags.get("c", "simple/simple"));
    if (!TagList.colonSeparated(tags.get("q", "dns/txt")).contains("dns/txt")) {
      throw new SignatureRejected(
          VerificationReason.UNSUPPORTED_QUERY_METHOD, "q= does not have dns/txt");
    }
    Instant signedAt = instant(tags, "t");
    Instant expiresAt = instant(tags, "x");
    if (signedAt != null && expiresAt != null && !expiresAt.isAfter(signedAt)) {
      throw syntax("x= is not later than t=");
    }
    DkimSignature parsed =
        new DkimSignature(
            algorithm,
            signature,
            bodyHash,
            canonicalizations[0],
            canonicalizations[1],
            signingDomain,
            selector,
            signedFields,
            tags.get("i", "@" + signingDomain),
            number(tags, "l"),
            signedAt,
            expiresAt);
    parsed.requireAuidWithinDomain();
    return parsed;
  }

  private void requireAuidWithinDomain() throws SignatureRejected {
    if (auid.indexOf('@') < 0) {
      throw syntax("i= without @");
    }
    String domain = auidDomain();
    if (!domain.equals(signingDomain) && !domain.endsWith("." + signingDomain)) {
      throw new SignatureRejected(VerificationReason.AUID_OUTSIDE_DOMAIN, "i= is not within d=");
    }
  }

  private static KeyAlgorithm algorithm(String tag) throws SignatureRejected {
    String lower = AsciiCase.lower(tag);
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      if (algorithm.signatureTag().equals(lower)) {
        return algorithm;
      }
    }
    if (lower.equals("rsa-sha1")) {
      // RFC 8301 §3.1: not to be used any more, by verifiers either.
      throw new SignatureRejected(VerificationReason.SHA1, "a=rsa-sha1");
    }
    throw new SignatureRejected(VerificationReason.UNSUPPORTED_ALGORITHM, "a= is unknown");
  }

  private static List<String> signedFields(String value) throws SignatureRejected {
    List<String> names = TagList.colonSeparated(value).stream().map(AsciiCase::lower).toList();
    if (names.contains("")) {
      throw syntax("an empty name in h=");
    }
    if (!names.contains("from")) {
      throw new SignatureRejected(VerificationReason.FROM_NOT_SIGNED, "h= does not name From");
    }
    return names;
  }

  private static Canonicalization[] canonicalizations(String value) throws SignatureRejected {
    String[] words = AsciiCase.lower(value).split("/", -1);
    // RFC 6376 §3.5: one word alone is the header's, and the body's is simple.
    String body = words.length == 1 ? "simple" : words[1];
    if (words.length > 2) {
      throw syntax("c= has more than two words");
    }
    return new Canonicalization[] {canonicalization(words[0]), canonicalization(body)};
  }

  private static Canonicalization canonicalization(String word) throws SignatureRejected {
    for (Canonicalization canonicalization : Canonicalization.values()) {
      if (canonicalization.tag().equals(word)) {
        return canonicalization;
      }
    }
    throw new SignatureRejected(VerificationReason.UNSUPPORTED_CANONICALIZATION, "c= is unknown");
  }

  private static @Nullable Instant instant(TagList tags, String name) throws SignatureRejected {
    Long seconds = number(tags, name);
    // Twelve digits (RFC 6376 §3.5) are the year 33658; more of them are treated as never.
    return seconds == null || seconds > 999_999_999_999L ? null : Instant.ofEpochSecond(seconds);
  }

  private static @Nullable Long number(TagList tags, String name) throws SignatureRejected {
    String value = tags.get(name);
    if (value == null) {
      return null;
    }
    if (value.isEmpty()
        || value.length() > 76
        || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw syntax(name + "= is not a number");
    }
    String digits = value.replaceFirst("^0+(?=.)", "");
    return digits.length() > 18 ? Long.valueOf(Long.MAX_VALUE) : Long.valueOf(digits);
  }

  private static byte[] base64(String name, String value) throws SignatureRejected {
    try {
      byte[] bytes = Base64.getDecoder().decode(TagList.withoutWhiteSpace(value));
      if (bytes.length == 0) {
        throw syntax(name + "= is empty");
      }
      return bytes;
    } catch (IllegalArgumentException _) {
      throw syntax(name + "= is not base64");
    }
  }

  private static String required(TagList tags, String name) throws SignatureRejected {
    String value = tags.get(name);
    if (value == null) {
      throw new SignatureRejected(VerificationReason.REQUIRED_TAG_MISSING, "no " + name + "=");
    }
    return value;
  }

  /** RFC 8616 §4: U-labels may stand in the tags; DNS is asked with A-labels. */
  private static String aLabels(String tag, String name) throws SignatureRejected {
    try {
      String ascii = ALabels.of(name);
      boolean printable = ascii.chars().allMatch(c -> c > ' ' && c < 0x7f);
      if (!ascii.isEmpty() && printable && !ascii.startsWith(".") && !ascii.contains("..")) {
        return ascii;
      }
    } catch (IllegalArgumentException _) {
      // Falls through to the refusal: a label too long, or of characters that no label has.
    }
    throw syntax(tag + "= is not a domain name");
  }

  /** Returns the value as text: UTF-8 (RFC 6532), or Latin-1 where it is not. */
  private static String text(byte[] value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException _) {
      return new String(value, StandardCharsets.ISO_8859_1);
    }
  }

  private static SignatureRejected syntax(String detail) {
    return new SignatureRejected(VerificationReason.SIGNATURE_SYNTAX, detail);
  }
}

package io.authserver.dkim.sign;

import io.authserver.dkim.canon.BodyCanonicalizer;
import io.authserver.dkim.canon.CanonicalHeader;
import io.authserver.dkim.canon.SignedFields;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way through the signer: the body once, in blocks, then {@link #finish}. Owned
 * by one thread. Does not fail for what a message or a key is.
 */
public final class SigningPass {
  /** Never fed, only copied. */
  private static final MessageDigest SHA_256 = findSha256();

  private final HeaderSection header;
  private final SigningProfile profile;
  private final List<SigningKey> keys;
  private final Instant signedAt;
  private final @Nullable Instant expiresAt;
  private final @Nullable String auid;
  private final MessageDigest bodyDigest;
  private final BodyCanonicalizer body;

  SigningPass(
      HeaderSection header,
      SigningProfile profile,
      List<SigningKey> keys,
      Instant signedAt,
      @Nullable Instant expiresAt,
      @Nullable String auid) {
    this.header = header;
    this.profile = profile;
    // RSA comes out on top: a verifier that looks at one signature only, or that does not know
    // Ed25519, starts at the top and finds one that it can check.
    this.keys = keys.stream().sorted(Comparator.comparing(key -> key.key().algorithm())).toList();
    this.signedAt = signedAt;
    this.expiresAt = expiresAt;
    this.auid = auid;
    this.bodyDigest = sha256();
    this.body = BodyCanonicalizer.of(profile.bodyCanonicalization(), bodyDigest::update);
  }

  /**
   * Takes the next bytes of the body, without the empty line that separates it; no copy is kept.
   */
  public void body(byte[] block, int offset, int length) {
    body.accept(block, offset, length);
  }

  /** Ends the body and signs with each key. To be called once. */
  public SigningResult finish() {
    body.finish();
    String bodyHash = Base64.getEncoder().encodeToString(bodyDigest.digest());
    List<String> names = signedNames();
    // The new signatures do not sign each other: each stands if the others are taken away.
    List<HeaderField> fields = SignedFields.select(header, names, null);
    byte[] canonicalHeader = CanonicalHeader.of(profile.headerCanonicalization(), fields);

    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    List<SignatureInfo> signatures = new ArrayList<>();
    List<KeyFailure> failures = new ArrayList<>();
    for (SigningKey key : keys) {
      try {
        out.writeBytes(sign(key, names, bodyHash, canonicalHeader));
        signatures.add(
            new SignatureInfo(key.signingDomain(), key.selector(), key.key().algorithm()));
      } catch (GeneralSecurityException | RuntimeException e) {
        failures.add(new KeyFailure(key.signingDomain(), key.selector(), e));
      }
    }
    return new SigningResult(out.toByteArray(), signatures, failures);
  }

  private byte[] sign(SigningKey key, List<String> names, String bodyHash, byte[] canonicalHeader)
      throws GeneralSecurityException {
    SignatureField field = new SignatureField();
    field.tag("v", "1");
    field.tag("a", key.key().algorithm().signatureTag());
    field.tag(
        "c", profile.headerCanonicalization().tag() + "/" + profile.bodyCanonicalization().tag());
    field.tag("d", key.signingDomain());
    field.tag("s", key.selector());
    if (auid != null) {
      requireAuidWithin(key.signingDomain(), auid);
      field.tag("i", SignatureField.quoted(auid));
    }
    field.tag("t", Long.toString(signedAt.getEpochSecond()));
    if (expiresAt != null) {
      field.tag("x", Long.toString(expiresAt.getEpochSecond()));
    }
    field.signedFields(names);
    field.tag("bh", bodyHash);
    byte[] canonicalField =
        CanonicalHeader.ofSignatureField(
            profile.headerCanonicalization(), SignatureField.asField(field.withEmptySignature()));
    byte[] signature = signature(key, canonicalHeader, canonicalField);
    return field.complete(Base64.getEncoder().encodeToString(signature));
  }

  private static byte[] signature(SigningKey key, byte[] canonicalHeader, byte[] canonicalField)
      throws GeneralSecurityException {
    if (key.key().algorithm() == KeyAlgorithm.RSA) {
      return key.key().sign(canonicalHeader, canonicalField);
    }
    // RFC 8463 §3: PureEdDSA over the SHA-256 of the canonical header.
    MessageDigest digest = sha256();
    digest.update(canonicalHeader);
    digest.update(canonicalField);
    return key.key().sign(digest.digest());
  }

  /** RFC 6376 §3.5: the domain of i= is d= or below it, else every verifier fails the signature. */
  private static void requireAuidWithin(String signingDomain, String auid) {
    String domain = AsciiCase.lower(auid.substring(auid.lastIndexOf('@') + 1));
    if (!domain.equals(signingDomain) && !domain.endsWith("." + signingDomain)) {
      throw new IllegalArgumentException("the AUID is not within the signing domain");
    }
  }

  /**
   * Returns the names of {@code h=}: each as often as its field comes, oversigned ones once more.
   */
  private List<String> signedNames() {
    List<String> order = new ArrayList<>(profile.signed());
    TreeSet<String> more = new TreeSet<>(profile.oversigned());
    more.addAll(profile.oversignedIfPresent());
    profile.signed().forEach(more::remove);
    order.addAll(more);

    List<String> names = new ArrayList<>();
    for (String name : order) {
      int count = header.count(name);
      boolean once =
          profile.oversigned().contains(name)
              || (count > 0 && profile.oversignedIfPresent().contains(name));
      for (int i = once ? -1 : 0; i < count; i++) {
        names.add(name);
      }
    }
    return names;
  }

  /** A copy of one that has seen nothing: found among all providers once. */
  private static MessageDigest sha256() {
    try {
      return (MessageDigest) SHA_256.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }

  private static MessageDigest findSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

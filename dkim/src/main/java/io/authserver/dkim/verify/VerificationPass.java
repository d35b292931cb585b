package io.authserver.dkim.verify;

import io.authserver.dkim.canon.CanonicalHeader;
import io.authserver.dkim.canon.Canonicalization;
import io.authserver.dkim.canon.SignedFields;
import io.authserver.dkim.key.DkimKeyException;
import io.authserver.dkim.key.DkimPublicKey;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One message on its way through the verifier. Owned by one thread. */
public final class VerificationPass {
  /**
   * How many signatures are looked at where nobody says otherwise (RFC 6376 §8.4: a verifier bounds
   * its work); each one below gets {@link VerificationReason#TOO_MANY_SIGNATURES}.
   */
  public static final int MAX_SIGNATURES = 32;

  /**
   * With more records than this under one name none is tried: {@link
   * VerificationReason#TOO_MANY_RECORDS}. RFC 6376 §3.6.2.2: a name has one.
   */
  private static final int MAX_RECORDS = 8;

  private final HeaderSection header;
  private final KeyLookup keys;
  private final Instant now;
  private final int minRsaBits;
  private final int most;
  private final List<Candidate> candidates = new ArrayList<>();
  private final Map<BodyKind, BodyHash> bodies = new HashMap<>();

  private record BodyKind(Canonicalization canonicalization, @Nullable Long length) {}

  /** A field, read or refused. */
  private record Candidate(
      HeaderField field, @Nullable DkimSignature signature, @Nullable SignatureRejected refusal) {}

  VerificationPass(HeaderSection header, KeyLookup keys, Instant now, int minRsaBits, int topmost) {
    this.most = topmost;
    this.minRsaBits = minRsaBits;
    this.header = header;
    this.keys = keys;
    this.now = now;
    for (HeaderField field : header.all("DKIM-Signature")) {
      candidates.add(candidate(field));
    }
  }

  private Candidate candidate(HeaderField field) {
    if (candidates.size() >= most) {
      return new Candidate(
          field,
          null,
          new SignatureRejected(
              VerificationReason.TOO_MANY_SIGNATURES,
              "only the topmost " + most + " are verified"));
    }
    try {
      DkimSignature signature = DkimSignature.parse(field);
      bodies.computeIfAbsent(
          kind(signature), kind -> new BodyHash(kind.canonicalization(), kind.length()));
      return new Candidate(field, signature, null);
    } catch (SignatureRejected e) {
      return new Candidate(field, null, e);
    }
  }

  private static BodyKind kind(DkimSignature signature) {
    return new BodyKind(signature.bodyCanonicalization(), signature.bodyLength());
  }

  /**
   * Takes the next bytes of the body, without the empty line that separates it; no copy is kept.
   */
  public void body(byte[] block, int offset, int length) {
    for (BodyHash body : bodies.values()) {
      body.body(block, offset, length);
    }
  }

  /** Ends the body, looks up the keys and returns a verdict for each signature, topmost first. */
  public List<SignatureVerdict> finish() {
    List<SignatureVerdict> verdicts = new ArrayList<>();
    for (Candidate candidate : candidates) {
      verdicts.add(verdict(verdicts.size(), candidate));
    }
    return List.copyOf(verdicts);
  }

  private SignatureVerdict verdict(int position, Candidate candidate) {
    DkimSignature signature = candidate.signature();
    if (signature == null) {
      SignatureRejected refusal = Objects.requireNonNull(candidate.refusal());
      return rejected(position, null, null, refusal);
    }
    Instant expiresAt = signature.expiresAt();
    if (expiresAt != null && now.isAfter(expiresAt)) {
      return rejected(
          position,
          signature,
          null,
          new SignatureRejected(VerificationReason.SIGNATURE_EXPIRED, "expired at " + expiresAt));
    }
    return switch (keys.lookup(signature.recordName())) {
      case KeyLookup.NoAnswer(String detail) ->
          rejected(
              position,
              signature,
              null,
              new SignatureRejected(VerificationReason.KEY_UNAVAILABLE, detail));
      case KeyLookup.NoRecord() -> noKey(position, signature);
      case KeyLookup.Records(List<String> texts) when texts.isEmpty() -> noKey(position, signature);
      case KeyLookup.Records(List<String> texts) ->
          firstPassing(position, candidate.field(), signature, texts);
    };
  }

  /** RFC 6376 §6.1.2: where a name has several records, each is tried. */
  private SignatureVerdict firstPassing(
      int position, HeaderField field, DkimSignature signature, List<String> records) {
    if (records.size() > MAX_RECORDS) {
      return rejected(
          position,
          signature,
          null,
          new SignatureRejected(
              VerificationReason.TOO_MANY_RECORDS,
              records.size() + " records, and no more than " + MAX_RECORDS + " are tried"));
    }
    SignatureVerdict first = null;
    for (String text : records) {
      SignatureVerdict verdict = check(position, field, signature, text);
      if (verdict.passed()) {
        return verdict;
      }
      if (first == null || first.reason() == VerificationReason.KEY_SYNTAX) {
        first = verdict;
      }
    }
    return first == null ? noKey(position, signature) : first;
  }

  private SignatureVerdict check(
      int position, HeaderField field, DkimSignature signature, String recordText) {
    KeyRecord record = null;
    try {
      record = parse(recordText);
      DkimPublicKey key = usableKey(signature, record);
      long unsigned = checkBody(signature);
      checkHeader(field, signature, key);
      return new SignatureVerdict(
          position,
          VerificationResult.PASS,
          null,
          "",
          signature,
          key.bits(),
          record.testing(),
          unsigned);
    } catch (SignatureRejected e) {
      return rejected(position, signature, record, e);
    }
  }

  private static KeyRecord parse(String text) throws SignatureRejected {
    try {
      return KeyRecord.parse(text);
    } catch (DkimKeyException e) {
      String message = e.getMessage();
      throw new SignatureRejected(VerificationReason.KEY_SYNTAX, message == null ? "" : message);
    }
  }

  /** RFC 6376 §6.1.2: the record's own conditions. */
  private DkimPublicKey usableKey(DkimSignature signature, KeyRecord record)
      throws SignatureRejected {
    if (record.revoked()) {
      throw new SignatureRejected(VerificationReason.KEY_REVOKED, "p= is empty");
    }
    DkimPublicKey key = record.key();
    if (key == null || key.algorithm() != signature.algorithm()) {
      throw new SignatureRejected(
          VerificationReason.KEY_ALGORITHM_MISMATCH, "k= is not the key type of a=");
    }
    if (!record.allowsSha256()) {
      throw new SignatureRejected(
          VerificationReason.KEY_ALGORITHM_MISMATCH, "the record's h= does not have sha256");
    }
    if (!record.isForEmail()) {
      throw new SignatureRejected(
          VerificationReason.KEY_NOT_FOR_EMAIL, "the record's s= does not have email");
    }
    // RFC 6376 §3.6.1, t=s: no subdomain in i=.
    if (record.strictDomain() && !signature.auidDomain().equals(signature.signingDomain())) {
      throw new SignatureRejected(VerificationReason.AUID_OUTSIDE_DOMAIN, "t=s and i= is below d=");
    }
    if (key.algorithm() == KeyAlgorithm.RSA && key.bits() < minRsaBits) {
      // RFC 8301 §3.2
      throw new SignatureRejected(VerificationReason.KEY_TOO_SHORT, key.bits() + " bits");
    }
    return key;
  }

  /** Compares the body's hash and returns how many octets it does not cover. */
  private long checkBody(DkimSignature signature) throws SignatureRejected {
    BodyHash body = Objects.requireNonNull(bodies.get(kind(signature)));
    byte[] hash = body.hash();
    Long length = signature.bodyLength();
    if (length != null && length > body.octets()) {
      throw new SignatureRejected(
          VerificationReason.BODY_SHORTER_THAN_SIGNED, "l= is more than the body has");
    }
    if (!MessageDigest.isEqual(hash, signature.bodyHash())) {
      throw new SignatureRejected(VerificationReason.BODY_HASH_MISMATCH, "");
    }
    return length == null ? 0 : body.octets() - length;
  }

  private void checkHeader(HeaderField field, DkimSignature signature, DkimPublicKey key)
      throws SignatureRejected {
    Canonicalization canonicalization = signature.headerCanonicalization();
    byte[] fields =
        CanonicalHeader.of(
            canonicalization, SignedFields.select(header, signature.signedFields(), field));
    byte[] own = CanonicalHeader.ofSignatureField(canonicalization, EmptiedSignature.of(field));
    boolean valid;
    if (key.algorithm() == KeyAlgorithm.RSA) {
      valid = key.verify(signature.signature(), fields, own);
    } else {
      // RFC 8463 §3: PureEdDSA over the SHA-256 of the canonical header.
      MessageDigest digest = BodyHash.sha256();
      digest.update(fields);
      digest.update(own);
      valid = key.verify(signature.signature(), digest.digest());
    }
    if (!valid) {
      throw new SignatureRejected(VerificationReason.SIGNATURE_MISMATCH, "");
    }
  }

  private static SignatureVerdict noKey(int position, DkimSignature signature) {
    return rejected(
        position,
        signature,
        null,
        new SignatureRejected(VerificationReason.NO_KEY, "no record " + signature.recordName()));
  }

  private static SignatureVerdict rejected(
      int position,
      @Nullable DkimSignature signature,
      @Nullable KeyRecord record,
      SignatureRejected refusal) {
    return new SignatureVerdict(
        position,
        refusal.reason().result(),
        refusal.reason(),
        refusal.detail(),
        signature,
        0,
        record != null && record.testing(),
        0);
  }
}

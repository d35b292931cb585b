package io.authserver.dkimsigner;

import io.authserver.db.signing.SigningDomain;
import io.authserver.dkim.sign.DkimSigner;
import io.authserver.dkim.sign.KeyFailure;
import io.authserver.dkim.sign.SignatureInfo;
import io.authserver.dkim.sign.SigningKey;
import io.authserver.dkim.sign.SigningPass;
import io.authserver.dkim.sign.SigningProfile;
import io.authserver.dkim.sign.SigningResult;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MessageBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs a message with all active keys of a domain. Safe for many threads. */
class MessageSigner {
  private static final Logger log = LoggerFactory.getLogger(MessageSigner.class);

  /** RFC 5322 §3.3. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final KeyRing keyRing;
  private final ProfileBook profiles;
  private final @Nullable SelfCheck selfCheck;
  private final SignerMetrics metrics;
  private final InstantSource clock;

  /**
   * Makes a signer.
   *
   * @param selfCheck looks at what was made before it is sent; null for none
   */
  MessageSigner(
      KeyRing keyRing,
      ProfileBook profiles,
      @Nullable SelfCheck selfCheck,
      SignerMetrics metrics,
      InstantSource clock) {
    this.keyRing = keyRing;
    this.profiles = profiles;
    this.selfCheck = selfCheck;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * What signing gave.
   *
   * @param fields the fields to put on top of the message: the trace field, signatures, then Date
   *     and Message-ID where they were missing
   * @param selectors those that signed; empty when there is no signature
   * @param faulty whether a signature was made, found wrong and left out
   */
  record Signed(byte[] fields, List<String> selectors, boolean faulty) {}

  /**
   * Signs. A key that cannot be used is logged and counted; the others sign.
   *
   * @param authors whose address may become the AUID
   * @param complete whether the message is as its author made it, so that fields that it does not
   *     have are oversigned too ({@link SigningProfile#complete})
   * @param receivedField our trace field; it is not signed
   * @throws IOException when the message's bytes cannot be read
   */
  Signed sign(
      SigningDomain domain,
      Authors authors,
      boolean complete,
      byte[] receivedField,
      MessageBytes content)
      throws IOException {
    List<SigningKey> keys = keyRing.usableKeys(domain);
    if (keys.isEmpty()) {
      return new Signed(receivedField, List.of(), false);
    }
    Instant now = clock.instant();
    byte[] completion = missingFields(content.header(), domain.name(), now);
    SigningResult result = result(domain, authors, complete, keys, now, completion, content);
    for (KeyFailure failure : result.failures()) {
      metrics.keyFailure();
      log.warn(
          "event=key_failed domain={} selector={} cause=\"{}\"",
          domain.name(),
          failure.selector(),
          failure.cause().getMessage());
    }
    List<HeaderField> made = HeaderSection.of(result.fields()).fields();
    Prefix prefix = new Prefix(receivedField, made, completion, content.header());
    List<SignatureInfo> good = result.signatures();
    if (selfCheck != null && !good.isEmpty()) {
      List<HeaderField> goodFields = new ArrayList<>();
      good = selfCheck.check(prefix.bytes(), content, keys, good, made, goodFields);
      prefix = new Prefix(receivedField, goodFields, completion, content.header());
    }
    boolean faulty = good.size() < result.signatures().size();
    return new Signed(
        good.isEmpty() ? receivedField : prefix.bytes(),
        good.stream().map(SignatureInfo::selector).toList(),
        faulty);
  }

  private SigningResult result(
      SigningDomain domain,
      Authors authors,
      boolean complete,
      List<SigningKey> keys,
      Instant now,
      byte[] completion,
      MessageBytes content)
      throws IOException {
    HeaderSection header =
        completion.length == 0 ? content.header() : content.header().prepend(completion);
    ProfileBook.DomainProfile found = profiles.of(domain);
    SigningProfile profile = complete ? found.complete() : found.profile();
    String auid = found.authorAsAuid() ? auid(authors, domain.name()) : profile.auid();
    Duration expiry = found.expiry();
    SigningPass pass =
        DkimSigner.begin(
            header, profile, keys, now, expiry == null ? null : now.plus(expiry), auid);
    content.forEachBlock(content.bodyOffset(), pass::body);
    return finish(pass);
  }

  /** Ends a pass. A test makes wrong signatures here. */
  SigningResult finish(SigningPass pass) {
    return pass.finish();
  }

  /**
   * Returns the author's address where it can stand in {@code i=}: RFC 6376 §3.5 wants its domain
   * to be the signing domain or below it; none for several authors, and for a local part that would
   * have to be quoted or is not ASCII, which verifiers read differently.
   */
  private static @Nullable String auid(Authors authors, String signingDomain) {
    if (authors instanceof Authors.Known known && known.localPart().isPresent()) {
      String domain = known.domains().getFirst();
      if (domain.equals(signingDomain) || domain.endsWith("." + signingDomain)) {
        return known.localPart().get() + "@" + domain;
      }
    }
    return null;
  }

  /** What goes on top of a message. */
  private record Prefix(
      byte[] receivedField, List<HeaderField> signatures, byte[] completion, HeaderSection below) {
    byte[] bytes() {
      // A first line that begins with white space continues whatever is put above it: that must be
      // a field that is not signed, and no signature.
      boolean continues = below.beginsWithWhiteSpace();
      ByteArrayOutputStream fields = new ByteArrayOutputStream();
      if (!continues) {
        fields.writeBytes(receivedField);
      }
      signatures.forEach(field -> fields.write(field.source(), field.start(), field.length()));
      fields.writeBytes(completion);
      if (continues) {
        fields.writeBytes(receivedField);
      }
      return fields.toByteArray();
    }
  }

  /**
   * Makes the fields that a server after us would add, breaking the signature that says that they
   * do not exist (RFC 6376 §5.4.2; RFC 6409 §8.2 and §8.3 give them to the submission server). A
   * field that is there stays as it is, empty, malformed or there twice.
   */
  private static byte[] missingFields(HeaderSection header, String domain, Instant now) {
    StringBuilder fields = new StringBuilder();
    if (header.first("date") == null) {
      fields.append("Date: ").append(DATE.format(now)).append("\r\n");
    }
    if (header.first("message-id") == null) {
      fields.append("Message-ID: <").append(UUID.randomUUID()).append('@').append(domain);
      fields.append(">\r\n");
    }
    return fields.toString().getBytes(StandardCharsets.US_ASCII);
  }
}

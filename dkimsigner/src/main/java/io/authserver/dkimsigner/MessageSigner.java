package io.authserver.dkimsigner;

import io.authserver.db.signing.SigningDomain;
import io.authserver.dkim.sign.DkimSigner;
import io.authserver.dkim.sign.KeyFailure;
import io.authserver.dkim.sign.SignatureInfo;
import io.authserver.dkim.sign.SigningKey;
import io.authserver.dkim.sign.SigningPass;
import io.authserver.dkim.sign.SigningProfile;
import io.authserver.dkim.sign.SigningResult;
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
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs a message with all active keys of a domain. Safe for many threads. */
final class MessageSigner {
  private static final Logger log = LoggerFactory.getLogger(MessageSigner.class);

  /** RFC 5322 §3.3. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final KeyRing keyRing;
  private final SigningProfile profile;
  private final SignerMetrics metrics;
  private final InstantSource clock;

  MessageSigner(
      KeyRing keyRing, SigningProfile profile, SignerMetrics metrics, InstantSource clock) {
    this.keyRing = keyRing;
    this.profile = profile;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * What signing gave.
   *
   * @param fields the fields to put on top of the message: signatures, then Date and Message-ID
   *     where they were missing
   * @param selectors those that signed; empty when no key could be used
   */
  record Signed(byte[] fields, List<String> selectors) {}

  /**
   * Signs. A key that cannot be used is logged and counted; the others sign.
   *
   * @throws IOException when the message's bytes cannot be read
   */
  Signed sign(SigningDomain domain, MessageBytes content) throws IOException {
    List<SigningKey> keys = keyRing.usableKeys(domain);
    if (keys.isEmpty()) {
      return new Signed(new byte[0], List.of());
    }
    Instant now = clock.instant();
    byte[] completion = missingFields(content.header(), domain.name(), now);
    HeaderSection header =
        completion.length == 0 ? content.header() : content.header().prepend(completion);
    @Nullable Duration expiry = domain.policy().signatureExpiry();
    SigningPass pass =
        DkimSigner.begin(header, profile, keys, now, expiry == null ? null : now.plus(expiry));
    content.forEachBlock(content.bodyOffset(), pass::body);
    SigningResult result = pass.finish();
    for (KeyFailure failure : result.failures()) {
      metrics.keyFailure();
      log.warn(
          "event=key_failed domain={} selector={} cause=\"{}\"",
          domain.name(),
          failure.selector(),
          failure.cause().getMessage());
    }
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    fields.writeBytes(result.fields());
    fields.writeBytes(completion);
    return new Signed(
        fields.toByteArray(), result.signatures().stream().map(SignatureInfo::selector).toList());
  }

  /**
   * Makes the fields that a server after us would add, breaking the signature that says that they
   * do not exist (RFC 6376 §5.4.2; RFC 6409 §8.2 and §8.3 give them to the submission server).
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

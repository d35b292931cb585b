package io.authserver.dkimsigner;

import io.authserver.dkim.sign.SignatureInfo;
import io.authserver.dkim.sign.SigningKey;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.KeyLookup;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkim.verify.VerificationPass;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.MessageBytes;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies the signatures that were just made, over the bytes that are about to leave and with the
 * public halves of the keys. A wrong one is an ERROR, is counted, and does not leave. Safe for many
 * threads.
 */
final class SelfCheck {
  private static final Logger log = LoggerFactory.getLogger(SelfCheck.class);

  private final SignerMetrics metrics;
  private final InstantSource clock;

  SelfCheck(SignerMetrics metrics, InstantSource clock) {
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Checks.
   *
   * @param prefix what is put on top of the message, the signatures its topmost ones
   * @param made what the signatures are, in their order
   * @param fields the signatures themselves, in the same order
   * @param goodFields gets those that are right
   * @return what is right
   * @throws IOException when the message's bytes cannot be read
   */
  List<SignatureInfo> check(
      byte[] prefix,
      MessageBytes content,
      List<SigningKey> keys,
      List<SignatureInfo> made,
      List<HeaderField> fields,
      List<HeaderField> goodFields)
      throws IOException {
    VerificationPass pass =
        new DkimVerifier(publicHalves(keys), clock)
            .begin(content.header().prepend(prefix), made.size());
    content.forEachBlock(content.bodyOffset(), pass::body);
    List<SignatureVerdict> verdicts = pass.finish();
    List<SignatureInfo> good = new ArrayList<>();
    for (int i = 0; i < made.size(); i++) {
      SignatureInfo signature = made.get(i);
      SignatureVerdict verdict = verdicts.get(i);
      metrics.selfCheck(verdict.passed());
      if (verdict.passed()) {
        good.add(signature);
        goodFields.add(fields.get(i));
      } else {
        log.error(
            "event=self_check_failed domain={} selector={} algorithm={} verdict=\"{}\""
                + " effect=\"this signature is not sent\"",
            signature.signingDomain(),
            signature.selector(),
            signature.algorithm().signatureTag(),
            verdict);
      }
    }
    return good;
  }

  private static KeyLookup publicHalves(List<SigningKey> keys) {
    Map<String, KeyLookup.Answer> records = new LinkedHashMap<>();
    for (SigningKey key : keys) {
      records.put(
          key.recordName(), new KeyLookup.Records(List.of(key.key().publicKey().dnsRecord())));
    }
    return name -> records.getOrDefault(name, new KeyLookup.NoRecord());
  }
}

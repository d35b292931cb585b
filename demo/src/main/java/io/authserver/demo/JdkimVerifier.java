package io.authserver.demo;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.PublicKeyRecordRetriever;
import org.apache.james.jdkim.api.Result;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.exceptions.PermFailException;

/** Apache James jDKIM: verifies RSA signatures, and knows no others. */
final class JdkimVerifier {
  static final String NAME = "jDKIM 0.5";
  static final String ALGORITHM = "rsa-sha256";

  private final PublicKeyRecordRetriever records;

  /**
   * Makes a verifier.
   *
   * @param records the TXT records, by name without a final dot
   */
  JdkimVerifier(Map<String, String> records) {
    this.records =
        (methods, selector, domain) -> {
          String name = selector + "._domainkey." + domain;
          String value = records.get(name);
          if (value == null) {
            throw new PermFailException("no record at " + name);
          }
          return List.of(value);
        };
  }

  /** Returns a verdict for each RSA signature of a message. */
  List<Verdict> verify(byte[] message) throws IOException {
    DKIMVerifier verifier = new DKIMVerifier(records);
    String failure = "";
    try {
      verifier.verify(new ByteArrayInputStream(message));
    } catch (FailException e) {
      // None passes. The results say why, signature by signature.
      failure = String.valueOf(e.getMessage());
    }
    List<Verdict> verdicts = new ArrayList<>();
    for (Fields.Field field : Fields.of(message).named("DKIM-Signature")) {
      Map<String, String> tags = field.tags();
      if (ALGORITHM.equals(tags.get("a"))) {
        verdicts.add(verdict(tags, verifier.getResults(), failure));
      }
    }
    return verdicts;
  }

  private static Verdict verdict(Map<String, String> tags, List<Result> results, String failure) {
    String domain = tags.getOrDefault("d", "");
    String selector = tags.getOrDefault("s", "");
    Verdict.Result said = Verdict.Result.FAIL;
    String detail = failure;
    for (Result result : results) {
      SignatureRecord signature = result.getRecord();
      if (signature != null
          && domain.contentEquals(signature.getDToken())
          && selector.contentEquals(signature.getSelector())) {
        said = result.isSuccess() ? Verdict.Result.PASS : Verdict.Result.FAIL;
        detail = String.valueOf(result.getErrorMessage());
      }
    }
    return new Verdict(NAME, ALGORITHM, domain, selector, said, detail);
  }
}

package io.authserver.dkim.verify;

import io.authserver.dkim.canon.BodyCanonicalizer;
import io.authserver.dkim.canon.CanonicalHeader;
import io.authserver.dkim.canon.Canonicalization;
import io.authserver.dkim.canon.SignedFields;
import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.smtp.message.HeaderField;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The arithmetic of signatures alone, by today's canonicalisation but with SHA-1, short keys and
 * draft versions: it shows that old corpora are refused for their age and not for our hashes.
 */
public final class HistoricRules {
  private HistoricRules() {}

  /** Returns whether hash and signature of one field are right, whatever its tags say else. */
  public static boolean fits(RawMessage message, HeaderField field, FakeDns dns) {
    try {
      TagList tags = TagList.parse(new String(field.value(), StandardCharsets.ISO_8859_1));
      boolean sha1 = tags.get("a", "").equals("rsa-sha1");
      String[] words = tags.get("c", "simple").split("/", -1);
      Canonicalization header = canonicalization(words[0]);
      Canonicalization body = canonicalization(words.length > 1 ? words[1] : "simple");
      if (!Arrays.equals(decoded(tags, "bh"), bodyHash(message, body, sha1, tags.get("l")))) {
        return false;
      }
      var answer = dns.lookup(tags.get("s") + "._domainkey." + tags.get("d"));
      if (!(answer instanceof KeyLookup.Records(List<String> texts))) {
        return false;
      }
      TagList record = TagList.parse(texts.getFirst());
      List<String> names = TagList.colonSeparated(tags.get("h", "").toLowerCase(Locale.ROOT));
      Signature signature = Signature.getInstance(sha1 ? "SHA1withRSA" : "SHA256withRSA");
      signature.initVerify(
          KeyFactory.getInstance("RSA")
              .generatePublic(new X509EncodedKeySpec(decoded(record, "p"))));
      signature.update(
          CanonicalHeader.of(header, SignedFields.select(message.headerSection(), names, null)));
      signature.update(CanonicalHeader.ofSignatureField(header, EmptiedSignature.of(field)));
      return signature.verify(decoded(tags, "b"));
    } catch (Exception _) {
      return false;
    }
  }

  private static byte[] bodyHash(RawMessage message, Canonicalization c, boolean sha1, String l)
      throws Exception {
    ByteArrayOutputStream canonical = new ByteArrayOutputStream();
    BodyCanonicalizer canonicalizer = BodyCanonicalizer.of(c, canonical::write);
    canonicalizer.accept(message.body(), 0, message.body().length);
    canonicalizer.finish();
    byte[] bytes = canonical.toByteArray();
    int length = l == null ? bytes.length : Math.min(bytes.length, Integer.parseInt(l));
    return MessageDigest.getInstance(sha1 ? "SHA-1" : "SHA-256")
        .digest(Arrays.copyOf(bytes, length));
  }

  private static Canonicalization canonicalization(String word) {
    return Canonicalization.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private static byte[] decoded(TagList tags, String name) {
    return Base64.getDecoder().decode(TagList.withoutWhiteSpace(tags.get(name, "")));
  }
}

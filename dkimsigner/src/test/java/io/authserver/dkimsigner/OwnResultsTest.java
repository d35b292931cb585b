package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MessageBytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnResultsTest {
  private final OwnResults ours = new OwnResults(List.of("mx.example.org", "BÜRO.example"));

  /** A tilde stands for a line break. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Authentication-Results: mx.example.org; dkim=pass            | removed
          Authentication-Results:mx.example.org;none                   | removed
          AUTHENTICATION-results : MX.Example.ORG; dkim=pass           | removed
          Authentication-Results: mx.example.org 1; dkim=pass          | removed
          Authentication-Results: mx.example.org/1; dkim=pass          | removed
          Authentication-Results: mx.example.org                       | removed
          Authentication-Results: mx.example.org(our host);spf=pass    | removed
          Authentication-Results: (a (b) \\) c) mx.example.org (1) 1; spf=pass | removed
          Authentication-Results: (other.example) mx.example.org; spf=pass | removed
          Authentication-Results:~ mx.example.org~ ; spf=pass          | removed
          Authentication-Results:~ (c)~ "mx.example.org"; spf=pass     | removed
          Authentication-Results: "mx.\\example.org" 1; spf=pass       | removed
          Authentication-Results: xn--bro-hoa.example; spf=pass        | removed
          Authentication-Results: büro.example; spf=pass               | removed
          Authentication-Results: mx.example.org.evil.example; x=pass  | kept
          Authentication-Results: mx.example.organic; dkim=pass        | kept
          Authentication-Results: notmx.example.org; dkim=pass         | kept
          Authentication-Results: example.org; dkim=pass               | kept
          Authentication-Results: other.example; x=mx.example.org      | kept
          Authentication-Results: (mx.example.org) other.example; x=y  | kept
          Authentication-Results: "mx.example.org other"; x=y          | kept
          Authentication-Results: "mx.example.org; x=y                 | kept
          Authentication-Results: mx.example.org@evil.example; x=y     | kept
          Authentication-Results: mx.example.org=x; x=y                | kept
          Authentication-Results: ; mx.example.org                     | kept
          Authentication-Results:                                      | kept
          Authentication-Results: (mx.example.org                      | kept
          X-Authentication-Results: mx.example.org; dkim=pass          | kept
          ARC-Authentication-Results: i=1; mx.example.org; dkim=pass   | kept
          Authentication-Results-X: mx.example.org; dkim=pass          | kept
          """)
  void removesWhatClaimsToBeOursAndNothingElse(String field, String expected) throws Exception {
    String line = field.replace("~", "\r\n") + "\r\n";
    String above = "Received: by mx.example.org\r\n";
    String below = "From: a@example.org\r\n folded\r\n\r\n" + line + "text\r\n";
    MessageBytes message = message(above + line + below);
    MessageBytes left = ours.removeFrom(message);
    if (expected.equals("kept")) {
      assertSame(message, left);
    } else {
      assertArrayEquals(bytes(above + below), left.toByteArray());
      assertEquals(bytes(above + below).length, left.size());
    }
  }

  @Test
  void removesEachOfSeveralAndStaysOffWithoutAnIdentifier() throws Exception {
    String one = "Authentication-Results: mx.example.org; spf=pass\r\n";
    String other = "Authentication-Results: other.example; spf=pass\r\n";
    MessageBytes message = message(one + other + one + "\r\n" + one);
    assertArrayEquals(bytes(other + "\r\n" + one), ours.removeFrom(message).toByteArray());
    assertSame(message, new OwnResults(List.of()).removeFrom(message));
  }

  @Test
  void anIdentifierOfMoreThan4KiBIsNobodys() throws Exception {
    String longOne = "Authentication-Results: " + "x".repeat(4095) + "; spf=pass\r\n";
    OwnResults oneOfThem = new OwnResults(List.of("x".repeat(4095), "x".repeat(4097)));
    assertEquals(0, oneOfThem.removeFrom(message(longOne)).header().fieldCount());
    MessageBytes over = message(longOne.replace(";", "xx;"));
    assertSame(over, oneOfThem.removeFrom(over));
  }

  @Test
  void neverThrowsForRandomFields() {
    Random random = new Random(8601);
    for (int i = 0; i < 20_000; i++) {
      byte[] value = new byte[random.nextInt(30)];
      random.nextBytes(value);
      String field =
          "Authentication-Results:" + new String(value, StandardCharsets.ISO_8859_1) + "\r\n";
      OwnResults.identifier(
          HeaderSection.of(field.getBytes(StandardCharsets.ISO_8859_1)).fields().getFirst());
    }
  }

  private static MessageBytes message(String text) {
    return MessageBytes.of(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.authserver.smtp.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ALabelsTest {
  /** RFC 3492 §7.1 (A) to (R) where they are labels, and what IDNA 2008 has registered. */
  @ParameterizedTest
  @CsvSource({
    "EXAMPLE.Org,example.org",
    "bücher.example,xn--bcher-kva.example",
    "BÜCHER.Example,xn--bcher-kva.example",
    "bu\u0308cher.example,xn--bcher-kva.example",
    "a.bücher.ÉCOLE,a.xn--bcher-kva.xn--cole-9oa",
    "他们为什么不说中文,xn--ihqwcrb4cv8a8dqg056pqjye",
    "почемужеонинеговорятпорусски,xn--b1abfaaepdrnnbgefbadotcwatmq2g4l",
    "なぜみんな日本語を話してくれないのか,xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
    "3年b組金八先生,xn--3b-ww4c5e180e575a65lsy2b",
    "パフィーdeルンバ,xn--de-jg4avhby1noc0d",
    "そのスピードで,xn--d9juau41awczczp",
    "faß.de,xn--fa-hia.de",
    "FASS.de,fass.de",
    "straße.example,xn--strae-oqa.example",
    "βόλος.com,xn--nxasmm1c.com",
    "_x.münchen.example,_x.xn--mnchen-3ya.example",
  })
  void eachLabelHasItsOwnForm(String domain, String ascii) {
    assertEquals(ascii, ALabels.of(domain));
    assertEquals(ascii, Mailbox.foldDomain(domain));
  }

  /**
   * Symptom: mail from straße.example was signed for strasse.example, another registrant's domain.
   * Cause: the JDK's IDNA 2003 maps ß, final sigma and wide letters to others and drops joiners.
   */
  @ParameterizedTest
  @CsvSource({
    "straße.example,strasse.example",
    "βόλος.example,βόλοσ.example",
    "नी\u200dय.example,नीय.example",
    "نامه\u200cای.example,نامهای.example",
    "ｅｘａｍｐｌｅ.org,example.org",
    "example。org,example.org",
    "exa\u00admple.org,example.org",
    "ﬁsh.example,fish.example",
  })
  void noLabelTurnsIntoAnother(String domain, String other) {
    assertTrue(!ALabels.of(domain).equals(ALabels.of(other)), () -> ALabels.of(domain));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0085ü.example", "a ü.example", "ü\ud800.example", "ü\u2028.example"})
  void whatIsNoLabelIsRefused(String domain) {
    assertThrows(IllegalArgumentException.class, () -> ALabels.of(domain));
  }

  @Test
  void tooLongLabelsAreRefused() {
    assertEquals(63, ALabels.of("ü" + "a".repeat(55)).length());
    assertThrows(IllegalArgumentException.class, () -> ALabels.of("ü" + "a".repeat(56)));
    assertThrows(IllegalArgumentException.class, () -> ALabels.of("\ud83d\ude00".repeat(1000)));
  }

  @Test
  void agreesWithTheJdkWhereBothVersionsOfIdnaDo() {
    Random random = new Random(3492);
    int[][] ranges = {{'a', 'z'}, {0xe0, 0xf6}, {0x430, 0x44f}, {0x4e00, 0x9fa5}, {0xac00, 0xd7a3}};
    int compared = 0;
    for (int round = 0; round < 5000; round++) {
      StringBuilder label = new StringBuilder();
      for (int i = 1 + random.nextInt(12); i > 0; i--) {
        int[] range = ranges[random.nextInt(ranges.length)];
        label.appendCodePoint(range[0] + random.nextInt(range[1] - range[0] + 1));
      }
      String text = label.toString();
      if (Normalizer.isNormalized(text, Normalizer.Form.NFKC)) {
        String expected;
        try {
          expected = IDN.toASCII(text);
        } catch (IllegalArgumentException e) {
          continue;
        }
        assertEquals(expected, ALabels.of(text), text);
        compared++;
      }
    }
    assertTrue(compared > 3000, "compared " + compared);
  }
}

package io.authserver.dkim.canon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BodyCanonicalizerTest {
  /** C stands for CR, L for LF, _ for a space, T for a tab. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          '',           CL,           ''
          CL,           CL,           ''
          CLCLCL,       CL,           ''
          _TCL,         _TCL,         ''
          _T,           _TCL,         ''
          a,            aCL,          aCL
          aCL,          aCL,          aCL
          aCLCLCL,      aCL,          aCL
          a_T,          a_TCL,        aCL
          a_CL,         a_CL,         aCL
          a_CL_CL,      a_CL_CL,      aCL
          _aCL,         _aCL,         _aCL
          TTaCL,        TTaCL,        _aCL
          a__TbCL,      a__TbCL,      a_bCL
          CLCLaCL,      CLCLaCL,      CLCLaCL
          CL_CLaCL,     CL_CLaCL,     CLCLaCL
          aCLCL_bCLCL,  aCLCL_bCL,    aCLCL_bCL
          aC,           aCCL,         aCCL
          aCC,          aCCCL,        aCCCL
          aCCL,         aCCL,         aCCL
          a_C,          a_CCL,        a_CCL
          aCb,          aCbCL,        aCbCL
          aL,           aLCL,         aLCL
          a_L,          a_LCL,        a_LCL
          L,            LCL,          LCL
          C,            CCL,          CCL
          CLC,          CLCCL,        CLCCL
          CLL,          CLLCL,        CLLCL
          CLCLL,        CLCLLCL,      CLCLLCL
          LC,           LCCL,         LCCL
          """)
  void isCanonical(String body, String simple, String relaxed) {
    byte[] bytes = bytes(body);
    assertEquals(simple, show(whole(Canonicalization.SIMPLE, bytes)));
    assertEquals(relaxed, show(whole(Canonicalization.RELAXED, bytes)));
    for (Canonicalization canonicalization : Canonicalization.values()) {
      assertArrayEquals(
          ReferenceCanonicalization.body(canonicalization, bytes), whole(canonicalization, bytes));
    }
  }

  @ParameterizedTest
  @EnumSource
  void doesNotDependOnWhereBlocksAreCut(Canonicalization canonicalization) {
    Random random = new Random(6376);
    for (int round = 0; round < 400; round++) {
      byte[] body = generated(random, random.nextInt(60));
      byte[] expected = ReferenceCanonicalization.body(canonicalization, body);
      for (int first = 0; first <= body.length; first++) {
        for (int second = first; second <= body.length; second += 1 + second % 3) {
          assertArrayEquals(expected, inThree(canonicalization, body, first, second));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheReferenceOnGeneratedBodies(Canonicalization canonicalization) {
    Random random = new Random(8463);
    for (int round = 0; round < 3000; round++) {
      byte[] body = generated(random, random.nextInt(400));
      byte[] expected = ReferenceCanonicalization.body(canonicalization, body);
      assertArrayEquals(expected, whole(canonicalization, body));
      assertArrayEquals(expected, inBlocks(canonicalization, body, 1));
      assertArrayEquals(expected, inBlocks(canonicalization, body, 1 + random.nextInt(9)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesLongLinesAndManyEmptyOnes(Canonicalization canonicalization) {
    String line = "word  ".repeat(1667) + "\r\n";
    String text = line + "\r\n".repeat(5000) + "\t\r\n" + line + "\r\n".repeat(3000);
    byte[] body = text.getBytes(StandardCharsets.US_ASCII);
    byte[] expected = ReferenceCanonicalization.body(canonicalization, body);
    assertArrayEquals(expected, whole(canonicalization, body));
    assertArrayEquals(expected, inBlocks(canonicalization, body, 8192));
    assertArrayEquals(expected, inBlocks(canonicalization, body, 7));
  }

  @Test
  void readsOnlyTheRangeItIsGiven() {
    byte[] around = bytes("xxa_CLbCLyy");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BodyCanonicalizer canonicalizer = BodyCanonicalizer.of(Canonicalization.RELAXED, out::write);
    canonicalizer.accept(around, 2, 7);
    canonicalizer.finish();
    assertEquals("aCLbCL", show(out.toByteArray()));
  }

  private static byte[] whole(Canonicalization canonicalization, byte[] body) {
    return inBlocks(canonicalization, body, Math.max(1, body.length));
  }

  private static byte[] inBlocks(Canonicalization canonicalization, byte[] body, int size) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BodyCanonicalizer canonicalizer = BodyCanonicalizer.of(canonicalization, out::write);
    for (int at = 0; at < body.length; at += size) {
      canonicalizer.accept(body, at, Math.min(size, body.length - at));
    }
    canonicalizer.finish();
    return out.toByteArray();
  }

  private static byte[] inThree(Canonicalization c, byte[] body, int first, int second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BodyCanonicalizer canonicalizer = BodyCanonicalizer.of(c, out::write);
    canonicalizer.accept(body, 0, first);
    canonicalizer.accept(body, first, second - first);
    canonicalizer.accept(body, second, body.length - second);
    canonicalizer.finish();
    return out.toByteArray();
  }

  /** Mostly what makes a difference: white space, line ends, halves of them. */
  private static byte[] generated(Random random, int pieces) {
    String[] from = {"\r\n", "\r\n", "\r\n", " ", " ", "\t", "a", "b", "\r", "\n", "\0", "\u00e9"};
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pieces; i++) {
      text.append(from[random.nextInt(from.length)]);
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String shown) {
    String text = shown.replace('C', '\r').replace('L', '\n').replace('_', ' ').replace('T', '\t');
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String show(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII)
        .replace('\r', 'C')
        .replace('\n', 'L')
        .replace(' ', '_')
        .replace('\t', 'T');
  }
}

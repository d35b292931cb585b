package io.authserver.dkim.canon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalHeaderTest {
  /** C stands for CR, L for LF, _ for a space, T for a tab. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          A:_X,                a:X
          A:_XCL,              a:X
          aBc:X,               abc:X
          A_T:T__X,            a:X
          A:,                  a:
          A:CL,                a:
          A:__,                a:
          A:CL_,               a:
          A:_xCL_Ty__z_T,      a:x_y_z
          A:CL_CL_CL_x,        a:x
          A:_xCL_CL_,          a:x
          A:x:_y,              a:x:_y
          A:_xLy,              a:xLy
          A:_x_CCL,            a:x_C
          """)
  void relaxesFields(String field, String expected) {
    assertEquals(expected + "CL", show(relaxed(bytes(field))));
  }

  @Test
  void simpleFieldsStayAsTheyAre() {
    byte[] header = bytes("A_:_T_xCL_y__CLb:");
    assertEquals(
        "b:CLA_:_T_xCL_y__CL",
        show(
            CanonicalHeader.of(
                Canonicalization.SIMPLE, HeaderSection.of(header).fields().reversed())));
  }

  @Test
  void nameFoldingTouchesAsciiOnly() {
    byte[] field = "X-\u00c9\u0130:\u00c9\r\n".getBytes(StandardCharsets.UTF_8);
    byte[] expected = "x-\u00c9\u0130:\u00c9\r\n".getBytes(StandardCharsets.UTF_8);
    assertArrayEquals(expected, relaxed(field));
  }

  @Test
  void theSignatureFieldHasNoLineEnd() {
    byte[] field = bytes("D:_a=b;CL_b=CL");
    HeaderField only = HeaderSection.of(field).fields().getFirst();
    assertEquals(
        "d:a=b;_b=", show(CanonicalHeader.ofSignatureField(Canonicalization.RELAXED, only)));
    assertEquals(
        "D:_a=b;CL_b=", show(CanonicalHeader.ofSignatureField(Canonicalization.SIMPLE, only)));
  }

  @Test
  void agreesWithTheReferenceOnGeneratedFields() {
    Random random = new Random(5322);
    String[] from = {" ", " ", "\t", "\r\n ", "\r\n\t", "a", "B", ":", "\r", "\n", "\0", "\u00e9"};
    for (int round = 0; round < 5000; round++) {
      StringBuilder field = new StringBuilder("Name").append(" \t".repeat(random.nextInt(2)));
      field.append(':');
      for (int i = random.nextInt(30); i > 0; i--) {
        field.append(from[random.nextInt(from.length)]);
      }
      String text = field.toString();
      // A CR at the end and a fold after it, and the like, would be other line ends.
      assertArrayEquals(
          ReferenceCanonicalization.relaxedField(text),
          relaxed(text.getBytes(StandardCharsets.ISO_8859_1)),
          () -> text.replace("\r", "\\r").replace("\n", "\\n"));
    }
  }

  @Test
  void selectsFromTheBottomUp() {
    HeaderSection header = HeaderSection.of(bytes("A:1CLB:2CLa_:3CLA:4CL"));
    HeaderField last = header.fields().getLast();
    assertEquals(
        "A:4,a_:3,B:2,A:1",
        shown(SignedFields.select(header, List.of("a", "a", "b", "b", "a", "a"), null)));
    assertEquals("a_:3,A:1", shown(SignedFields.select(header, List.of("a", "a", "a"), last)));
    assertEquals("", shown(SignedFields.select(header, List.of("c", ""), null)));
  }

  private static String shown(List<HeaderField> fields) {
    return String.join(
        ",",
        fields.stream()
            .map(f -> show(CanonicalHeader.ofSignatureField(Canonicalization.SIMPLE, f)))
            .toList());
  }

  private static byte[] relaxed(byte[] field) {
    int colon = new String(field, StandardCharsets.ISO_8859_1).indexOf(':');
    return CanonicalHeader.of(
        Canonicalization.RELAXED, List.of(new HeaderField(field, 0, colon, field.length)));
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

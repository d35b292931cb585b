package io.authserver.smtp.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderSectionTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static HeaderSection section(String text) {
    return HeaderSection.of(bytes(text));
  }

  private static String value(HeaderField field) {
    return new String(field.value(), StandardCharsets.ISO_8859_1);
  }

  /** The fields of a section: C stands for CR, L for LF, _ for a space. */
  @DisplayName("RFC 5322 §2.2: where fields begin and end")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                | ''",
        "a:1CL             | a=1",
        "a:1               | a=1",
        "a:1CLb:2CL        | a=1,b=2",
        "A_:1CL            | a=1",
        "a:1CL_2CLb:3      | a=1CL_2,b=3",
        "a:1CL_CLb:3       | a=1CL_,b=3",
        "_a:1CLb:2         | _a=1,b=2",
        "_aCL_b            | =",
        "aCLb:2            | =,b=2",
        ":1CL:2            | =1,=2",
        "a:b:cCL           | a=b:c",
        "a:1LCb:2CL        | a=1LCb:2",
        "a:1CCLb:2CL       | a=1C,b=2",
        "a:1CCLLb:2CL      | a=1C,Lb=2",
        "a:CL              | a=",
        "a:C               | a=",
        "a:L               | a=",
        "CL                | =",
        "CLa:1             | =,a=1"
      })
  void fields(String text, String expected) {
    HeaderSection section = section(text.replace('C', '\r').replace('L', '\n').replace('_', ' '));
    List<String> found =
        section.fields().stream().map(field -> field.name() + "=" + value(field)).toList();
    assertEquals(
        expected, String.join(",", found).replace('\r', 'C').replace('\n', 'L').replace(' ', '_'));
    assertEquals(section.fieldCount(), found.size());
  }

  @Test
  void fieldsAreFoundByName() {
    HeaderSection section = section("X: 1\r\nMark: 2\r\nmARK : 3\r\nMarks: 4\r\nMark\r\n");
    assertEquals(List.of(" 2", " 3"), section.all("mark").stream().map(f -> value(f)).toList());
    HeaderField first = section.first("MARK");
    assertNotNull(first);
    assertEquals(" 2", value(first));
    assertEquals(2, section.count("Mark"));
    assertNull(section.first("Y"));
    assertEquals(List.of(), section.all("Y"));
    assertThrows(IndexOutOfBoundsException.class, () -> section.fields().get(5));
    assertThrows(UnsupportedOperationException.class, () -> section.fields().clear());
  }

  /**
   * Symptom: a field named {@code Łark} was found by the name {@code Aark}, and the other way
   * round. Cause: the characters of the name were cut to a byte each.
   */
  @Test
  void aNameOutsideLatin1IsNoOther() {
    HeaderSection section = section("Aark: 1\r\n\u00e9: 2\r\n");
    assertNull(section.first("\u0141ark"));
    assertEquals(1, section.count("\u00e9"));
    assertEquals(0, section.count("\u00c9"), "only ASCII is folded");
  }

  @Test
  void aFieldIsTheSameWheneverItIsMade() {
    HeaderSection section = section("A: 1\r\nA: 1\r\n");
    assertEquals(section.fields().getFirst(), section.first("a"));
    assertEquals(section.fields().getFirst().hashCode(), section.all("a").getFirst().hashCode());
    assertNotEquals(section.fields().getFirst(), section.fields().getLast());
    assertNotEquals(section.fields().getFirst(), section("A: 1\r\nA: 1\r\n").first("a"));
  }

  @Test
  void theBeginningOfAnArrayIsASection() throws IOException {
    HeaderSection section = HeaderSection.of(bytes("A: 1\r\n b\r\nB: 2\r\nbody: 3\r\n"), 14);
    assertEquals(14, section.length());
    assertEquals(List.of("a", "b"), section.fields().stream().map(HeaderField::name).toList());
    assertEquals("A: 1\r\n b\r\nB: 2", text(section.bytes()));
    assertEquals("X: 0\r\nA: 1\r\n b\r\nB: 2", text(section.prepend(bytes("X: 0\r\n")).bytes()));
  }

  @Test
  void fieldsThatAreLeftOutLeaveTheRestAsItIs() throws IOException {
    HeaderSection section = section("A: 1\r\nB: 2\r\n x\r\nC: 3\r\nB: 4\r\nD: 5");
    HeaderSection without = section.without(field -> field.isNamed("B"));
    assertEquals("A: 1\r\nC: 3\r\nD: 5", text(without.bytes()));
    assertEquals(16, without.length());
    assertEquals(List.of("a", "c", "d"), without.fields().stream().map(HeaderField::name).toList());
    assertEquals("X: 0\r\nA: 1\r\nC: 3\r\nD: 5", text(without.prepend(bytes("X: 0\r\n")).bytes()));
    assertEquals("C: 3\r\nD: 5", text(without.without(field -> field.isNamed("A")).bytes()));
    for (int from = 0; from <= without.length(); from++) {
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      without.forEachBlock(from, rest::write);
      assertEquals("A: 1\r\nC: 3\r\nD: 5".substring(from), text(rest.toByteArray()));
    }
    assertSame(section, section.without(field -> field.isNamed("E")));
    assertEquals(0, section.without(field -> true).length());
  }

  @Test
  void whiteSpaceAtTheVeryBeginningIsSeen() {
    assertTrue(section(" a: 1\r\n").beginsWithWhiteSpace());
    assertTrue(section("\ta: 1\r\n").beginsWithWhiteSpace());
    assertFalse(section("a: 1\r\n").beginsWithWhiteSpace());
    assertFalse(section("").beginsWithWhiteSpace());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}

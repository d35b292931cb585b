package io.authserver.admin.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.db.admin.RefusedException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordReaderTest {
  private static byte[] read(byte[] bytes) throws Exception {
    return PasswordReader.fromStream(new ByteArrayInputStream(bytes), "standard input");
  }

  @ParameterizedTest
  @CsvSource({"'hunter2'", "'hunter2\n'", "'hunter2\r\n'"})
  void theLineEndIsNotPartOfIt(String text) throws Exception {
    assertArrayEquals("hunter2".getBytes(UTF_8), read(text.getBytes(UTF_8)));
  }

  @Test
  void blanksAndUtf8ArePartOfIt() throws Exception {
    assertArrayEquals(" pässwörd ".getBytes(UTF_8), read(" pässwörd \n".getBytes(UTF_8)));
  }

  @ParameterizedTest
  @CsvSource({
    "''          , is empty",
    "'\n'        , is empty",
    "'a\nb\n'    , has more than one line",
    "'a\n\n'     , has more than one line",
    "'a\tb'      , has a control character",
  })
  void whatNobodyCouldTypeIsRefused(String text, String why) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> read(text.getBytes(UTF_8)));

    assertEquals("the password in standard input " + why, refused.getMessage());
  }

  @Test
  void whatCryptWouldRefuseIsRefused() throws Exception {
    assertEquals(511, read("x".repeat(511).concat("\n").getBytes(UTF_8)).length);
    RefusedException refused =
        assertThrows(RefusedException.class, () -> read("x".repeat(512).getBytes(UTF_8)));
    assertFalse(String.valueOf(refused.getMessage()).contains("xx"));
    assertThrows(RefusedException.class, () -> read("x".repeat(5000).getBytes(UTF_8)));
    assertThrows(RefusedException.class, () -> read(new byte[] {'a', (byte) 0xff}));
  }

  @Test
  void aMissingFileIsRefused() {
    assertThrows(
        RefusedException.class, () -> PasswordReader.fromFile(Path.of("does", "not", "exist")));
  }

  @Test
  void bothTypedTextsMustBeTheSameAndAreOverwritten() throws Exception {
    char[] typed = "geheim".toCharArray();
    char[] again = "geheim".toCharArray();

    assertArrayEquals("geheim".getBytes(UTF_8), PasswordReader.fromTyped(typed, again));
    assertArrayEquals(new char[6], typed);
    assertArrayEquals(new char[6], again);
    assertThrows(
        RefusedException.class,
        () -> PasswordReader.fromTyped("a".toCharArray(), "b".toCharArray()));
    assertThrows(RefusedException.class, () -> PasswordReader.fromTyped(null, null));
    assertThrows(RefusedException.class, () -> PasswordReader.fromTyped(new char[0], new char[0]));
  }
}

package io.authserver.db.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.signing.WrappingKeyException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WrappingKeysTest {
  private static final byte[] PRIVATE_KEY = "PKCS#8".repeat(20).getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;
  private Path file;
  private WrappingKeys keys;

  @BeforeEach
  void create() throws Exception {
    file = folder.resolve("key");
    WrappingKeys.createFile(file);
    keys = WrappingKeys.load(List.of(file));
  }

  @Test
  void opensWhatItWrapped() throws Exception {
    byte[] blob = keys.wrap("example.org", "s1", PRIVATE_KEY);

    assertArrayEquals(PRIVATE_KEY, keys.unwrap("example.org", "s1", blob));
    assertEquals(1 + 8 + 12 + PRIVATE_KEY.length + 16, blob.length);
    assertTrue(keys.isWrappedWithFirst(blob));
    assertFalse(Arrays.equals(blob, keys.wrap("example.org", "s1", PRIVATE_KEY)));
    assertFalse(new String(blob, StandardCharsets.ISO_8859_1).contains("PKCS#8"));
  }

  @Test
  void opensForItsDomainAndSelectorOnly() {
    byte[] blob = keys.wrap("example.org", "s1", PRIVATE_KEY);

    assertEquals(Reason.DAMAGED, refusal(keys, "example.com", "s1", blob));
    assertEquals(Reason.DAMAGED, refusal(keys, "example.org", "s2", blob));
    assertEquals(Reason.DAMAGED, refusal(keys, "example.orgs", "1", blob));
  }

  @Test
  void noticesEveryChangedByteAndEveryTruncation() throws Exception {
    byte[] blob = keys.wrap("example.org", "s1", PRIVATE_KEY);

    for (int i = 0; i < blob.length; i++) {
      byte[] changed = blob.clone();
      changed[i] ^= 1;
      Reason reason = refusal(keys, "example.org", "s1", changed);
      assertEquals(i >= 1 && i <= 8 ? Reason.OTHER_WRAPPING_KEY : Reason.DAMAGED, reason);
      assertEquals(Reason.DAMAGED, refusal(keys, "example.org", "s1", Arrays.copyOf(blob, i)));
    }
  }

  @Test
  void aFileThatIsTooLargeIsNotReadInPart() throws Exception {
    String text = Files.readString(file);
    Files.writeString(file, text + "#" + "x".repeat(4096 - text.length() - 1));
    assertEquals(4096, Files.size(file));
    byte[] blob = WrappingKeys.load(List.of(file)).wrap("example.org", "s1", PRIVATE_KEY);
    assertArrayEquals(PRIVATE_KEY, keys.unwrap("example.org", "s1", blob));
    Files.writeString(file, Files.readString(file) + "x");
    WrappingKeyException refused =
        assertThrows(WrappingKeyException.class, () -> WrappingKeys.load(List.of(file)));
    assertTrue(
        String.valueOf(refused.getMessage())
            .endsWith("has more than 4096 bytes, too many for a wrapping key"),
        refused.getMessage());
  }

  @Test
  void duringAChangeTheFirstWrapsAndBothOpen() throws Exception {
    Path second = folder.resolve("second");
    WrappingKeys.createFile(second);
    WrappingKeys both = WrappingKeys.load(List.of(second, file));
    byte[] old = keys.wrap("example.org", "s1", PRIVATE_KEY);
    byte[] fresh = both.wrap("example.org", "s1", PRIVATE_KEY);

    assertArrayEquals(PRIVATE_KEY, both.unwrap("example.org", "s1", old));
    assertArrayEquals(PRIVATE_KEY, both.unwrap("example.org", "s1", fresh));
    assertFalse(both.isWrappedWithFirst(old));
    assertEquals(Reason.OTHER_WRAPPING_KEY, refusal(keys, "example.org", "s1", fresh));

    Path joined = folder.resolve("joined");
    WrappingKeys.createFile(joined);
    Files.writeString(joined, Files.readString(second) + "\n" + Files.readString(file));
    assertEquals(both.ids(), WrappingKeys.load(List.of(joined)).ids());
    assertThrows(WrappingKeyException.class, () -> WrappingKeys.load(List.of(joined, file)));
  }

  @Test
  void aFileIsForItsOwnerAndIsNeverOverwritten() throws Exception {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    String before = Files.readString(file);
    WrappingKeyException exists =
        assertThrows(WrappingKeyException.class, () -> WrappingKeys.createFile(file));
    assertTrue(exists.getMessage().contains("exists already"));
    assertEquals(before, Files.readString(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw-rw----", "rw-----w-"})
  void refusesAFileThatOthersCanReadOrWrite(String permissions) throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

    WrappingKeyException refused =
        assertThrows(WrappingKeyException.class, () -> WrappingKeys.load(List.of(file)));
    assertEquals(Reason.UNUSABLE_FILE, refused.reason());
    assertTrue(refused.getMessage().contains("chmod"), refused.getMessage());
  }

  @Test
  void readsAFileThatItsGroupCanRead() throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
    assertEquals(keys.ids(), WrappingKeys.load(List.of(file)).ids());
  }

  @Test
  void saysInOneLineWhatIsWrongWithAFileAndNeverShowsIt() throws Exception {
    String good = Files.readString(file);
    String secret = good.strip().substring(good.strip().lastIndexOf(' ') + 1);
    List<String> bad =
        List.of(
            "",
            "# nothing\n",
            secret,
            good.replace(" " + secret, ""),
            good.replace(secret, secret.substring(4)),
            good.replace(secret, secret.toLowerCase(java.util.Locale.ROOT).replace('a', 'b')),
            good.replace(secret, "*" + secret),
            "#".repeat(5000));
    for (String text : bad) {
      Files.writeString(file, text);
      WrappingKeyException refused =
          assertThrows(WrappingKeyException.class, () -> WrappingKeys.load(List.of(file)), text);
      assertEquals(Reason.UNUSABLE_FILE, refused.reason());
      assertFalse(refused.getMessage().contains("\n"));
      assertFalse(refused.getMessage().contains(secret.substring(0, 8)));
    }
    Path missing = folder.resolve("missing");
    assertTrue(
        assertThrows(WrappingKeyException.class, () -> WrappingKeys.load(List.of(missing)))
            .getMessage()
            .endsWith("does not exist"));
  }

  @Test
  void showsIdsOnly() throws Exception {
    String text = Files.readString(file).strip();
    assertEquals("WrappingKeys" + keys.ids(), keys.toString());
    assertFalse(keys.toString().contains(text.substring(text.lastIndexOf(' ') + 1)));
    assertNotEquals("", keys.ids().getFirst());
    assertEquals(
        "StoredKey[id=1, selector=s, algorithm=rsa]",
        new StoredKey(1, "s", "rsa", new byte[3]).toString());
  }

  private static Reason refusal(WrappingKeys keys, String domain, String selector, byte[] blob) {
    return assertThrows(WrappingKeyException.class, () -> keys.unwrap(domain, selector, blob))
        .reason();
  }
}

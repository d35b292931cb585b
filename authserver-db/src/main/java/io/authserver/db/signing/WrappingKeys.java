package io.authserver.db.signing;

import io.authserver.db.signing.WrappingKeyException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys that private DKIM keys are wrapped with. The first one wraps; every one opens, so that
 * there can be two during a change. Safe for many threads.
 *
 * <p>A file is text: empty lines and lines that begin with {@code #} are comments, and each other
 * line is {@code authserver-wrapping-key-v1 ID KEY}, where KEY is 32 bytes in base 64 and ID is the
 * first 8 bytes, in hexadecimal, of SHA-256 over the key's bytes, so that a damaged line is
 * noticed.
 *
 * <p>What is wrapped is: one byte of version (1), the wrapping key's ID (8 bytes), the nonce (12
 * bytes, random), and AES-256-GCM's ciphertext with its tag (16 bytes). The associated data is the
 * domain, a zero byte and the selector: what was wrapped for one name does not open for another.
 */
public final class WrappingKeys {
  private static final String MAGIC = "authserver-wrapping-key-v1";
  private static final byte VERSION = 1;
  private static final int ID_BYTES = 8;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final int HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES;
  private static final int KEY_BYTES = 32;
  private static final int MOST_KEYS = 2;
  private static final long LARGEST_FILE_BYTES = 4096;

  private final List<WrappingKey> keys;
  private final SecureRandom random = new SecureRandom();

  private record WrappingKey(byte[] id, SecretKey key) {
    @Override
    public String toString() {
      return HexFormat.of().formatHex(id);
    }
  }

  private WrappingKeys(List<WrappingKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Makes a new key and writes it to a file that did not exist, readable for its owner alone.
   *
   * @return the key's ID
   * @throws WrappingKeyException where the file exists or cannot be written
   */
  public static String createFile(Path file) throws WrappingKeyException {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    byte[] text = new byte[0];
    try {
      String id = HexFormat.of().formatHex(idOf(key));
      text = fileText(id, key);
      try (var channel =
          Files.newByteChannel(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer buffer = ByteBuffer.wrap(text);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      return id;
    } catch (FileAlreadyExistsException e) {
      throw unusable(file, "exists already; a wrapping key is never overwritten");
    } catch (IOException e) {
      throw unusable(file, "cannot be written: " + e.getMessage());
    } finally {
      Arrays.fill(key, (byte) 0);
      Arrays.fill(text, (byte) 0);
    }
  }

  private static byte[] fileText(String id, byte[] key) {
    byte[] head =
        ("# Opens the private DKIM keys in the auth database. Without it they are lost: back it"
                + " up,\n"
                + "# apart from the database's own backups.\n"
                + MAGIC
                + " "
                + id
                + " ")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] encoded = Base64.getEncoder().encode(key);
    byte[] text = Arrays.copyOf(head, head.length + encoded.length + 1);
    System.arraycopy(encoded, 0, text, head.length, encoded.length);
    text[text.length - 1] = '\n';
    Arrays.fill(encoded, (byte) 0);
    return text;
  }

  /**
   * Reads one or two keys from one or two files; the first key of the first file wraps.
   *
   * @throws WrappingKeyException where a file is missing, unreadable, readable for everybody,
   *     writable for others than its owner, or holds no key or too many
   */
  public static WrappingKeys load(List<Path> files) throws WrappingKeyException {
    List<WrappingKey> keys = new ArrayList<>();
    for (Path file : files) {
      checkPermissions(file);
      byte[] text;
      try {
        if (Files.size(file) > LARGEST_FILE_BYTES) {
          throw unusable(
              file, "has more than " + LARGEST_FILE_BYTES + " bytes, too many for a wrapping key");
        }
        text = Files.readAllBytes(file);
      } catch (NoSuchFileException e) {
        throw unusable(file, "does not exist");
      } catch (WrappingKeyException e) {
        throw e;
      } catch (IOException e) {
        throw unusable(file, "cannot be read");
      }
      try {
        List<WrappingKey> inFile = parse(file, text);
        if (inFile.isEmpty()) {
          throw unusable(file, "holds no wrapping key");
        }
        keys.addAll(inFile);
      } finally {
        Arrays.fill(text, (byte) 0);
      }
    }
    if (keys.isEmpty() || keys.size() > MOST_KEYS) {
      throw new WrappingKeyException(
          Reason.UNUSABLE_FILE,
          "one wrapping key is needed, two during a change; got " + keys.size());
    }
    return new WrappingKeys(keys);
  }

  private static void checkPermissions(Path file) throws WrappingKeyException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    Set<PosixFilePermission> permissions;
    try {
      permissions = view.readAttributes().permissions();
    } catch (NoSuchFileException e) {
      throw unusable(file, "does not exist");
    } catch (IOException e) {
      throw unusable(file, "cannot be read");
    }
    if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
      throw unusable(file, "is readable for everybody; chmod o-rwx it");
    }
    if (permissions.contains(PosixFilePermission.OTHERS_WRITE)
        || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
      throw unusable(file, "is writable for others than its owner; chmod go-w it");
    }
  }

  private static List<WrappingKey> parse(Path file, byte[] text) throws WrappingKeyException {
    List<WrappingKey> keys = new ArrayList<>();
    int start = 0;
    int number = 0;
    while (start < text.length) {
      int end = start;
      while (end < text.length && text[end] != '\n') {
        end++;
      }
      number++;
      int last = end;
      while (last > start && text[last - 1] <= ' ') {
        last--;
      }
      if (last > start && text[start] != '#') {
        keys.add(parseLine(file, number, Arrays.copyOfRange(text, start, last)));
      }
      start = end + 1;
    }
    return keys;
  }

  private static WrappingKey parseLine(Path file, int number, byte[] line)
      throws WrappingKeyException {
    byte[] magic = (MAGIC + " ").getBytes(StandardCharsets.US_ASCII);
    int keyAt = magic.length + 2 * ID_BYTES + 1;
    byte[] encoded = new byte[0];
    byte[] key = new byte[0];
    try {
      if (line.length <= keyAt || !Arrays.equals(line, 0, magic.length, magic, 0, magic.length)) {
        throw unusable(file, "line " + number + " is no wrapping key");
      }
      String id = new String(line, magic.length, 2 * ID_BYTES, StandardCharsets.US_ASCII);
      encoded = Arrays.copyOfRange(line, keyAt, line.length);
      key = Base64.getDecoder().decode(encoded);
      byte[] computed = key.length == KEY_BYTES ? idOf(key) : new byte[0];
      if (!HexFormat.of().formatHex(computed).equals(id)) {
        throw unusable(file, "line " + number + " is a damaged wrapping key");
      }
      return new WrappingKey(computed, new SecretKeySpec(key, "AES"));
    } catch (IllegalArgumentException e) {
      throw unusable(file, "line " + number + " is a damaged wrapping key");
    } finally {
      Arrays.fill(line, (byte) 0);
      Arrays.fill(encoded, (byte) 0);
      Arrays.fill(key, (byte) 0);
    }
  }

  /** Wraps a private key (PKCS#8, DER) for a domain and a selector, with the first wrapping key. */
  public byte[] wrap(String domain, String selector, byte[] pkcs8) {
    WrappingKey with = keys.getFirst();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, with.key(), nonce, domain, selector);
      ByteBuffer blob = ByteBuffer.allocate(HEAD_BYTES + pkcs8.length + TAG_BYTES);
      blob.put(VERSION).put(with.id()).put(nonce);
      cipher.doFinal(ByteBuffer.wrap(pkcs8), blob);
      return blob.array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM does not work here", e);
    }
  }

  /**
   * Opens what was wrapped for a domain and a selector. The caller zeroes what it gets once it is
   * parsed.
   *
   * @throws WrappingKeyException where it does not open: that key's problem, never the mail's
   */
  public byte[] unwrap(String domain, String selector, byte[] blob) throws WrappingKeyException {
    if (blob.length <= HEAD_BYTES + TAG_BYTES || blob[0] != VERSION) {
      throw new WrappingKeyException(
          Reason.DAMAGED, "the wrapped private key is truncated or of an unknown version");
    }
    byte[] id = Arrays.copyOfRange(blob, 1, 1 + ID_BYTES);
    byte[] nonce = Arrays.copyOfRange(blob, 1 + ID_BYTES, HEAD_BYTES);
    for (WrappingKey candidate : keys) {
      if (MessageDigest.isEqual(candidate.id(), id)) {
        try {
          return cipher(Cipher.DECRYPT_MODE, candidate.key(), nonce, domain, selector)
              .doFinal(blob, HEAD_BYTES, blob.length - HEAD_BYTES);
        } catch (AEADBadTagException e) {
          throw new WrappingKeyException(
              Reason.DAMAGED,
              "the wrapped private key is damaged or belongs to another domain or selector");
        } catch (GeneralSecurityException e) {
          throw new IllegalStateException("AES-256-GCM does not work here", e);
        }
      }
    }
    throw new WrappingKeyException(
        Reason.OTHER_WRAPPING_KEY,
        "the private key was wrapped with wrapping key "
            + HexFormat.of().formatHex(id)
            + ", which is not loaded (loaded: "
            + keys
            + ")");
  }

  private static Cipher cipher(
      int mode, SecretKey key, byte[] nonce, String domain, String selector)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
    cipher.updateAAD((domain + "\0" + selector).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static byte[] idOf(byte[] key) {
    try {
      return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(key), ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("SHA-256 does not work here", e);
    }
  }

  private static WrappingKeyException unusable(Path file, String why) {
    return new WrappingKeyException(Reason.UNUSABLE_FILE, "wrapping key file " + file + " " + why);
  }

  /** The IDs of the loaded keys, in hexadecimal, the one that wraps first. */
  public List<String> ids() {
    return keys.stream().map(WrappingKey::toString).toList();
  }

  /**
   * Whether a blob was wrapped with the key that wraps now; if not, wrapping it again lets the
   * other one go.
   */
  public boolean isWrappedWithFirst(byte[] blob) {
    return blob.length > HEAD_BYTES
        && Arrays.equals(blob, 1, 1 + ID_BYTES, keys.getFirst().id(), 0, ID_BYTES);
  }

  /** The IDs only. */
  @Override
  public String toString() {
    return "WrappingKeys" + ids();
  }
}

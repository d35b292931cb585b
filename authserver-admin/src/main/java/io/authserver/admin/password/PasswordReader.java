package io.authserver.admin.password;

import io.authserver.db.admin.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a password: UTF-8, one line, its line end not part of it. Never from the command line,
 * where every user of the machine could read it.
 */
public final class PasswordReader {
  // crypt(3) of libxcrypt refuses more (CRYPT_MAX_PASSPHRASE_SIZE, with its NUL), so nobody could
  // log in with it.
  private static final int MAX_OCTETS = 511;

  private PasswordReader() {}

  /** Reads the only line of a file. */
  public static byte[] fromFile(Path file) throws RefusedException {
    try (InputStream in = Files.newInputStream(file)) {
      return fromStream(in, "the file " + file);
    } catch (IOException e) {
      throw new RefusedException("the password file " + file + " cannot be read");
    }
  }

  /**
   * Reads the only line of a stream, to its end.
   *
   * @param source what a refusal calls the stream
   */
  public static byte[] fromStream(InputStream in, String source)
      throws IOException, RefusedException {
    byte[] read = in.readNBytes(MAX_OCTETS + 3);
    try {
      int length = read.length;
      if (length > 0 && read[length - 1] == '\n') {
        length--;
        if (length > 0 && read[length - 1] == '\r') {
          length--;
        }
      }
      byte[] password = Arrays.copyOf(read, length);
      String fault = fault(password);
      if (fault != null) {
        Arrays.fill(password, (byte) 0);
        throw new RefusedException("the password in " + source + " " + fault);
      }
      return password;
    } finally {
      Arrays.fill(read, (byte) 0);
    }
  }

  /**
   * Takes what a person typed twice.
   *
   * @param typed the characters; they are overwritten
   * @param again the same once more; overwritten too
   */
  public static byte[] fromTyped(char @Nullable [] typed, char @Nullable [] again)
      throws RefusedException {
    try {
      if (typed == null || again == null) {
        throw new RefusedException("no password was typed");
      }
      if (!Arrays.equals(typed, again)) {
        throw new RefusedException("the two passwords differ");
      }
      // At most three octets for each UTF-16 unit.
      ByteBuffer encoded = ByteBuffer.allocate(3 * typed.length);
      boolean malformed =
          StandardCharsets.UTF_8
              .newEncoder()
              .encode(CharBuffer.wrap(typed), encoded, true)
              .isError();
      byte[] password = Arrays.copyOf(encoded.array(), encoded.position());
      Arrays.fill(encoded.array(), (byte) 0);
      String fault = malformed ? "is not Unicode" : fault(password);
      if (fault != null) {
        Arrays.fill(password, (byte) 0);
        throw new RefusedException("the password " + fault);
      }
      return password;
    } finally {
      wipe(typed);
      wipe(again);
    }
  }

  private static void wipe(char @Nullable [] typed) {
    if (typed != null) {
      Arrays.fill(typed, '\0');
    }
  }

  private static @Nullable String fault(byte[] password) {
    if (password.length == 0) {
      return "is empty";
    }
    if (password.length > MAX_OCTETS) {
      return "is longer than " + MAX_OCTETS + " octets";
    }
    for (byte octet : password) {
      if (octet == '\n' || octet == '\r') {
        return "has more than one line";
      }
      if ((octet >= 0 && octet < 0x20) || octet == 0x7f) {
        return "has a control character";
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password));
    } catch (CharacterCodingException e) {
      return "is not UTF-8";
    }
    return null;
  }
}

package io.authserver.admin.cli;

import java.io.IOException;
import java.io.InputStream;
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
import java.util.Set;

/** Files with a key as text. */
public final class KeyFile {
  /** A key of 4096 bits in PEM has 3,300 bytes; comments and certificates may stand around it. */
  private static final int MAX_BYTES = 64 * 1024;

  private KeyFile() {}

  /**
   * Reads a file.
   *
   * @throws IOException where it is missing, unreadable or too large; the sentence says so
   */
  public static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, "file " + file);
    } catch (NoSuchFileException e) {
      throw new IOException("file " + file + " does not exist", e);
    }
  }

  /** Reads standard input, which the sentence of a failure calls so. */
  public static String readStandardInput(InputStream in) throws IOException {
    return read(in, "standard input");
  }

  private static String read(InputStream in, String name) throws IOException {
    byte[] bytes;
    try {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new IOException(name + " cannot be read", e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException(name + " has more than " + MAX_BYTES + " bytes, too many for a key");
    }
    // RFC 7468 §2: ASCII; what stands around the key may be anything.
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Returns whether everybody on this machine may read a file. */
  public static boolean isReadableForEverybody(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    return view != null
        && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ);
  }

  /**
   * Writes a new file that only its owner can read.
   *
   * @throws IOException where it exists or cannot be written; the sentence says so
   */
  public static void create(Path file, String text) throws IOException {
    try (var channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer buffer = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (FileAlreadyExistsException e) {
      throw new IOException("file " + file + " exists already; it was not overwritten", e);
    } catch (IOException e) {
      throw new IOException("file " + file + " cannot be written", e);
    }
  }
}

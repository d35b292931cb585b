package io.authserver.smtp.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The inputs of a fuzz test that are kept in the tree, where Jazzer looks for them too: {@code
 * NAMEInputs/METHOD} beside the class, in the test resources. A finding becomes one more file.
 */
public final class FuzzSeeds {
  private FuzzSeeds() {}

  /** An input and the name of its file. */
  public record Seed(String name, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Returns the inputs of a fuzz test; there is at least one. */
  public static List<Seed> of(Class<?> fuzzTest, String method) {
    String folder = fuzzTest.getSimpleName() + "Inputs/" + method;
    URL url = fuzzTest.getResource(folder);
    if (url == null) {
      throw new IllegalStateException("no seeds in " + folder);
    }
    try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
      List<Seed> seeds = files.sorted().map(FuzzSeeds::read).toList();
      if (seeds.isEmpty()) {
        throw new IllegalStateException("no seeds in " + folder);
      }
      return seeds;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Seed read(Path file) {
    try {
      return new Seed(String.valueOf(file.getFileName()), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.authserver.realservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The configuration files that the documents show, as they stand there. */
final class Documents {
  private static final String FENCE = "```";

  private Documents() {}

  /**
   * Returns a file.
   *
   * @param document its name in docs/
   * @param title what the first line says after "# ": the file's path, or what it is
   */
  static String file(String document, String title) throws IOException {
    List<String> found =
        blocks(document).stream().filter(block -> block.startsWith("# " + title + "\n")).toList();
    if (found.size() != 1) {
      throw new AssertionError(document + " has " + found.size() + " blocks called " + title);
    }
    return found.getFirst();
  }

  /** Returns a shell script, the path in the line after the interpreter's. */
  static String script(String document, String path) throws IOException {
    return blocks(document).stream()
        .filter(block -> block.startsWith("#!/bin/sh\n# " + path + "\n"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(document + " has no script " + path));
  }

  /** Returns all fenced blocks of a document. */
  static List<String> blocks(String document) throws IOException {
    List<String> blocks = new ArrayList<>();
    StringBuilder block = new StringBuilder();
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("..", "docs", document))) {
      if (line.startsWith(FENCE)) {
        if (inside) {
          blocks.add(block.toString());
          block.setLength(0);
        }
        inside = !inside;
      } else if (inside) {
        block.append(line).append('\n');
      }
    }
    if (inside) {
      throw new AssertionError(document + " has a block without an end");
    }
    return blocks;
  }
}

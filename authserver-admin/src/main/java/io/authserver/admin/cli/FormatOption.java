package io.authserver.admin.cli;

import io.authserver.admin.output.Format;
import picocli.CommandLine.Option;

/** How rows are printed. */
public final class FormatOption {
  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format = Format.table;

  @Option(names = "--json", description = "The same as --format json.")
  private boolean json;

  /** Made by picocli. */
  public FormatOption() {}

  /** Returns the format asked for. */
  public Format format() {
    return json ? Format.json : format;
  }
}

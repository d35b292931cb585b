package io.authserver.bench;

import java.util.List;
import java.util.Locale;

/** What was aimed at against what was measured: the median decides. */
final class Aims {
  private final Table table = new Table(List.of("aim", "measured, median (range)", ""));

  /** Adds an aim that is met by its value or more. */
  void atLeast(String aim, double least, Series measured, int decimals) {
    row(aim, measured, decimals, least - measured.median());
  }

  /** Adds an aim that is met by its value or less. */
  void atMost(String aim, double most, Series measured, int decimals) {
    row(aim, measured, decimals, measured.median() - most);
  }

  private void row(String aim, Series measured, int decimals, double missing) {
    String verdict =
        missing <= 0 ? "met" : String.format(Locale.ROOT, "missed by %." + decimals + "f", missing);
    table.row(List.of(aim, measured.text(decimals), verdict));
  }

  @Override
  public String toString() {
    return table.toString();
  }
}

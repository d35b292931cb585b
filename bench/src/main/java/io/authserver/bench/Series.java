package io.authserver.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The same measurement, several times: ascending. */
final class Series {
  private final double[] sorted;

  private Series(double[] sorted) {
    this.sorted = sorted;
  }

  static Series of(List<Sample> samples, ToDoubleFunction<Sample> value) {
    return of(samples.stream().mapToDouble(value).toArray());
  }

  static Series of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no round");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Series(sorted);
  }

  /** Returns the value in the middle; of an even number of them the mean of the middle two. */
  double median() {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Returns the value that this share of all is not above, e.g. 0.99. */
  double quantile(double share) {
    int place = (int) Math.ceil(share * sorted.length);
    return sorted[Math.clamp(place - 1, 0, sorted.length - 1)];
  }

  /** Returns median and range, e.g. {@code 0.182 (0.175–0.190)}. */
  String text(int decimals) {
    String number = "%." + decimals + "f";
    return String.format(
        Locale.ROOT,
        number + " (" + number + "–" + number + ")",
        median(),
        sorted[0],
        sorted[sorted.length - 1]);
  }
}

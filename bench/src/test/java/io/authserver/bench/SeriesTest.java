package io.authserver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void theMedianOfAnOddNumberIsOneOfThem() {
    assertEquals("2.0 (1.0–9.0)", Series.of(9, 1, 2).text(1));
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTwo() {
    assertEquals("2.50 (1.00–9.00)", Series.of(9, 3, 1, 2).text(2));
  }

  @Test
  void aQuantileIsTheValueThatThisShareDoesNotExceed() {
    double[] hundred = new double[100];
    for (int i = 0; i < hundred.length; i++) {
      hundred[i] = 100 - i;
    }
    assertEquals(99, Series.of(hundred).quantile(0.99));
    assertEquals(7, Series.of(7).quantile(0.99));
  }
}

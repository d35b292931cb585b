package io.authserver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AimsTest {
  @Test
  void theMedianDecidesWhetherAnAimIsMetAndByHowMuchItIsMissed() {
    Aims aims = new Aims();
    aims.atLeast("2,000 a second", 2000, Series.of(1500, 1900, 2500), 0);
    aims.atLeast("1,900 a second", 1900, Series.of(1500, 1900, 2500), 0);
    aims.atMost("0.7 ms", 0.7, Series.of(0.6, 0.75, 0.9), 2);
    aims.atMost("0.8 ms", 0.8, Series.of(0.6, 0.75, 0.9), 2);
    assertEquals(
        """
        | aim | measured, median (range) |  |
        | --- | --- | --- |
        | 2,000 a second | 1900 (1500–2500) | missed by 100 |
        | 1,900 a second | 1900 (1500–2500) | met |
        | 0.7 ms | 0.75 (0.60–0.90) | missed by 0.05 |
        | 0.8 ms | 0.75 (0.60–0.90) | met |
        """,
        aims.toString());
  }
}

package io.authserver.db.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.db.cache.CacheMetrics.Event;
import io.authserver.db.pool.AuthDatabaseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {
  /** An answer that rests on one domain. */
  private record Answer(String text, long domain, int weight) {}

  private static final class FakeFreshness implements Freshness {
    volatile State state = State.LISTENING;
    volatile long awaySince;

    @Override
    public State state() {
      return state;
    }

    @Override
    public long awaySinceNanos() {
      return awaySince;
    }
  }

  private final FakeFreshness freshness = new FakeFreshness();
  private final Map<Event, Integer> counts =
      Collections.synchronizedMap(new EnumMap<>(Event.class));
  private final List<List<String>> asked = Collections.synchronizedList(new ArrayList<>());
  // Only the test's thread sets it; near the end of the range, as nanoTime() may be.
  private long now = Long.MAX_VALUE - 5;
  private volatile AuthDatabaseException failure;

  private final AnswerCache<Answer> cache =
      new AnswerCache<>(
          new AnswerCache.Kind<>(
              "test", 10, Answer::weight, a -> Set.of(Dependency.domain(a.domain()))),
          freshness,
          (name, event, count) -> counts.merge(event, count, Integer::sum),
          () -> now);

  /** Answers {@code NAME@DOMAIN} with {@code NAME} resting on that domain. */
  private Map<String, Answer> load(List<String> keys) throws AuthDatabaseException {
    asked.add(keys.stream().sorted().toList());
    if (failure != null) {
      throw failure;
    }
    return keys.stream()
        .collect(
            Collectors.toMap(
                Function.identity(),
                k -> {
                  int at = k.indexOf('@');
                  return new Answer(k.substring(0, at), Long.parseLong(k.substring(at + 1)), 1);
                }));
  }

  private Map<String, Answer> get(String... keys) throws AuthDatabaseException {
    return cache.get(List.of(keys), this::load);
  }

  private void later(Duration time) {
    now += time.toNanos();
  }

  @Test
  void asksOnceAndThenForWhatIsMissing() throws Exception {
    get("a@1", "b@1");
    get("b@1", "c@2", "c@2", "a@1");

    assertEquals(List.of(List.of("a@1", "b@1"), List.of("c@2")), asked);
    assertEquals(Map.of(Event.MISS, 3, Event.HIT, 2), counts);
  }

  @Test
  void dropsWhatRestsOnAChangedRowAndNothingElse() throws Exception {
    get("a@1", "b@2");
    cache.changed(Dependency.domain(1));
    cache.changed(Dependency.list(2));
    get("a@1", "b@2");
    assertEquals(List.of("a@1"), asked.get(1));

    cache.anythingMayHaveChanged();
    assertEquals(0, cache.size());
  }

  @Test
  void isBoundedAndForgetsTheLeastRecentlyUsed() throws Exception {
    for (int i = 0; i < 10; i++) {
      get(i + "@1");
    }
    get("0@1");
    get("10@1");
    assertEquals(10, cache.size());
    asked.clear();
    get("0@1", "10@1", "2@1");
    assertEquals(List.of(), asked);
    get("1@1");
    assertEquals(List.of(List.of("1@1")), asked);

    cache.get(List.of("big"), keys -> Map.of("big", new Answer("big", 1, 11)));
    assertEquals(10, cache.size());
  }

  @Test
  void anAnswerThatNobodyWatchesLivesFiveSeconds() throws Exception {
    freshness.state = Freshness.State.REPLICA;
    get("a@1");
    later(Duration.ofMillis(4_999));
    get("a@1");
    assertEquals(1, asked.size());
    later(Duration.ofMillis(1));
    get("a@1");
    assertEquals(2, asked.size());
  }

  @Test
  void withTheDatabaseAwayItGoesOnForAnHour() throws Exception {
    get("a@1");
    later(Duration.ofMinutes(59));
    freshness.awaySince = now;
    freshness.state = Freshness.State.AWAY;
    failure = AuthDatabaseException.unreachable("away", null);

    later(Duration.ofMinutes(59));
    assertEquals("a", get("a@1").get("a@1").text());
    assertEquals(1, counts.get(Event.STALE));
    assertThrows(AuthDatabaseException.class, () -> get("a@1", "b@1"));

    later(Duration.ofMinutes(1));
    assertThrows(AuthDatabaseException.class, () -> get("a@1"));

    failure = null;
    assertEquals("a", get("a@1").get("a@1").text());
  }

  @Test
  void aRefusalIsNoOutage() throws Exception {
    get("a@1");
    later(Duration.ofHours(2));
    failure = AuthDatabaseException.unfit("permission denied");
    assertThrows(AuthDatabaseException.class, () -> get("a@1"));
  }

  @Test
  void severalThreadsThatMissAKeyAskOnce() throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    List<CompletableFuture<Map<String, Answer>>> results = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      results.add(
          inThread(
              keys -> {
                asking.countDown();
                await(answer);
                return load(keys);
              }));
    }
    assertTrue(asking.await(10, TimeUnit.SECONDS));
    answer.countDown();
    for (CompletableFuture<Map<String, Answer>> result : results) {
      assertEquals("a", result.get(10, TimeUnit.SECONDS).get("a@1").text());
    }
    assertEquals(1, asked.size());
  }

  @Test
  void severalThreadsShareAFailureToo() throws Exception {
    failure = AuthDatabaseException.unreachable("away", null);
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    AnswerCache.Loader<Answer> slow =
        keys -> {
          asking.countDown();
          await(answer);
          return load(keys);
        };
    CompletableFuture<Map<String, Answer>> first = inThread(slow);
    assertTrue(asking.await(10, TimeUnit.SECONDS));
    CompletableFuture<Map<String, Answer>> second = inThread(slow);
    answer.countDown();
    assertThrows(ExecutionException.class, () -> first.get(10, TimeUnit.SECONDS));
    assertThrows(ExecutionException.class, () -> second.get(10, TimeUnit.SECONDS));
  }

  @Test
  void whatChangesDuringAQueryIsNotKept() throws Exception {
    Map<String, Answer> answer =
        cache.get(
            List.of("a@1", "b@2"),
            keys -> {
              Map<String, Answer> before = load(keys);
              cache.changed(Dependency.domain(1));
              return before;
            });
    assertEquals(2, answer.size());
    get("a@1", "b@2");
    assertEquals(List.of(List.of("a@1", "b@2"), List.of("a@1")), asked);

    cache.get(
        List.of("c@3"),
        keys -> {
          cache.anythingMayHaveChanged();
          return load(keys);
        });
    assertEquals(0, cache.size());
  }

  @Test
  void answersThatComeAlongWithAnotherAreKept() throws Exception {
    String answer =
        cache.alongside(
            brought -> {
              brought.accept("a@1", new Answer("a", 1, 1));
              brought.accept("b@2", new Answer("b", 2, 1));
              // What changed since may have changed before they were read.
              cache.changed(Dependency.domain(2));
              return "another";
            });
    assertEquals("another", answer);
    get("a@1", "b@2");
    assertEquals(List.of(List.of("b@2")), asked);
    assertThrows(
        AuthDatabaseException.class,
        () ->
            cache.alongside(
                brought -> {
                  brought.accept("c@1", new Answer("c", 1, 1));
                  throw AuthDatabaseException.unreachable("away", null);
                }));
    assertEquals(2, cache.size());
  }

  @Test
  void nobodyJoinsAQueryThatWasSentBeforeAChange() throws Exception {
    cache.get(
        List.of("a@1"),
        keys -> {
          cache.changed(Dependency.domain(1));
          // As another thread would ask now.
          cache.get(List.of("a@1"), this::load);
          return load(keys);
        });
    assertEquals(2, asked.size());
  }

  private CompletableFuture<Map<String, Answer>> inThread(AnswerCache.Loader<Answer> loader) {
    CompletableFuture<Map<String, Answer>> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(cache.get(List.of("a@1"), loader));
              } catch (AuthDatabaseException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

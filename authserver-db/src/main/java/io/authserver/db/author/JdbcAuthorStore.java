package io.authserver.db.author;

import io.authserver.db.pool.AuthDatabase;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.OriginMark;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks {@code authserver.forwarder_judge_author} each time, in one statement. */
public final class JdbcAuthorStore implements AuthorStore {
  private static final String JUDGE =
      """
      SELECT q.place, j.domain, j.author_must_match, j.author_mismatch, j.verdict, j.domain_ids,
             j.list_id
      FROM unnest(?::text[], ?::text[], ?::text[])
             WITH ORDINALITY q (author, sender, login, place)
      CROSS JOIN LATERAL authserver.forwarder_judge_author(q.author, q.sender, q.login) j
      """;

  private final AuthDatabase database;

  /** Makes a store. */
  public JdbcAuthorStore(AuthDatabase database) {
    this.database = database;
  }

  @Override
  public Map<AuthorQuestion, AuthorAnswer> judge(Collection<AuthorQuestion> questions)
      throws AuthDatabaseException {
    return questions.isEmpty()
        ? Map.of()
        : database.read(connection -> query(connection, List.copyOf(questions)));
  }

  private static Map<AuthorQuestion, AuthorAnswer> query(
      Connection connection, List<AuthorQuestion> questions) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(JUDGE)) {
      statement.setArray(1, column(connection, questions, q -> Optional.of(q.author())));
      statement.setArray(2, column(connection, questions, AuthorQuestion::sender));
      statement.setArray(3, column(connection, questions, AuthorQuestion::login));
      try (ResultSet rows = statement.executeQuery()) {
        Map<AuthorQuestion, AuthorAnswer> answers = new HashMap<>();
        while (rows.next()) {
          answers.put(questions.get(rows.getInt(1) - 1), answer(rows));
        }
        return answers;
      }
    }
  }

  private static Array column(
      Connection connection,
      List<AuthorQuestion> questions,
      Function<AuthorQuestion, Optional<String>> value)
      throws SQLException {
    @Nullable String[] values = new @Nullable String[questions.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(questions.get(i)).orElse(null);
    }
    return connection.createArrayOf("text", values);
  }

  private static AuthorAnswer answer(ResultSet row) throws SQLException {
    return new AuthorAnswer(
        row.getString(2),
        AuthorPolicy.of(row.getString(3), row.getString(4)),
        OriginMark.Author.valueOf(AsciiCase.upper(row.getString(5))),
        List.of((Long[]) row.getArray(6).getArray()),
        row.getObject(7, Long.class));
  }
}

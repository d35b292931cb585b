package io.authserver.db.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class SqlIT {
  @Test
  void rowsAreAllThereOrRefused() throws Exception {
    try (TestDatabase database = TestDatabase.create();
        AdminDatabase admin = AdminDatabase.open(DatabaseUrl.parse(database.adminUrl()))) {
      assertEquals(Sql.MAX_ROWS, rows(admin, Sql.MAX_ROWS).size());
      RefusedException refused =
          assertThrows(RefusedException.class, () -> rows(admin, Sql.MAX_ROWS + 1));
      assertEquals("more than 100000 rows match; ask for fewer", refused.getMessage());
    }
  }

  private static List<Integer> rows(AdminDatabase admin, int count) throws Exception {
    return admin.transact(
        "the rows", sql -> sql.list("SELECT generate_series(1, ?)", row -> row.getInt(1), count));
  }
}

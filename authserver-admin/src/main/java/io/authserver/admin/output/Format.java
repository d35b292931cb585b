package io.authserver.admin.output;

/** How rows are printed. */
public enum Format {
  /** Columns for a person. */
  table,
  /** A list of objects for a program. */
  json
}

/** What is written: record types, which are the schemas of the tables. */
package dev.secant.table;

/**
 * Typed, checked reading of HOCON: every value knows its file and line, every unknown key is
 * refused.
 */
package dev.secant.config;

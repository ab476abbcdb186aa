import statz
import "helpers.arr" as h

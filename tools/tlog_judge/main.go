// Judges a ledger's checkpoint and proofs with code that we did not write: Go's own checksum-database libraries
// and those of transparency-dev. Reads one JSON document on standard input and prints what held, a line each;
// the first thing that does not hold ends it with exit code 1 and a line on standard error.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	tmerkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	Origin      string   // of the log
	LogKey      string   // verifier key
	WitnessKeys []string // verifier keys of cosigners
	Checkpoint  string   // signed note
	Proofs      []struct {
		Record []byte // the leaf
		Proof  string // c2sp.org/tlog-proof
	}
	Prefixes []struct {
		Size int64
		Root []byte
		Path [][]byte
	}
}

func main() {
	if err := judge(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge() error {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	logKey, err := note.NewVerifier(in.LogKey)
	if err != nil {
		return fmt.Errorf("log key: %w", err)
	}
	var witnesses []note.Verifier
	for _, one := range in.WitnessKeys {
		key, err := fnote.NewVerifierForCosignatureV1(one)
		if err != nil {
			return fmt.Errorf("witness key: %w", err)
		}
		witnesses = append(witnesses, key)
	}
	if _, err := note.Open([]byte(in.Checkpoint), note.VerifierList(logKey)); err != nil {
		return fmt.Errorf("note.Open: %w", err)
	}
	fmt.Println("note.Open")
	point, _, opened, err := log.ParseCheckpoint([]byte(in.Checkpoint), in.Origin, logKey, witnesses...)
	if err != nil {
		return fmt.Errorf("log.ParseCheckpoint: %w", err)
	}
	if len(opened.Sigs) != 1+len(witnesses) {
		return fmt.Errorf("%d signatures verified, expected the log's and %d witnesses'", len(opened.Sigs), len(witnesses))
	}
	fmt.Printf("log.ParseCheckpoint size %d signatures %d\n", point.Size, len(opened.Sigs))
	var root tlog.Hash
	copy(root[:], point.Hash)
	for number, one := range in.Proofs {
		if err := judgeProof(one.Record, one.Proof, in.Checkpoint, point, root); err != nil {
			return fmt.Errorf("proof %d: %w", number, err)
		}
	}
	fmt.Printf("tlog.CheckRecord %d\n", len(in.Proofs))
	for _, one := range in.Prefixes {
		var old tlog.Hash
		copy(old[:], one.Root)
		path := make(tlog.TreeProof, len(one.Path))
		for i, hash := range one.Path {
			copy(path[i][:], hash)
		}
		if err := tlog.CheckTree(path, int64(point.Size), root, one.Size, old); err != nil {
			return fmt.Errorf("tlog.CheckTree from %d: %w", one.Size, err)
		}
		if err := tmerkle.VerifyConsistency(rfc6962.DefaultHasher, uint64(one.Size), point.Size, one.Path, one.Root, point.Hash); err != nil {
			return fmt.Errorf("proof.VerifyConsistency from %d: %w", one.Size, err)
		}
	}
	fmt.Printf("tlog.CheckTree %d\n", len(in.Prefixes))
	return nil
}

func judgeProof(record []byte, text, checkpoint string, point *log.Checkpoint, root tlog.Hash) error {
	var told proof.TLogProof
	if err := told.Unmarshal([]byte(text)); err != nil {
		return err
	}
	if string(told.Checkpoint) != checkpoint {
		return fmt.Errorf("holds another checkpoint: %s", base64.StdEncoding.EncodeToString(told.Checkpoint))
	}
	if string(told.Marshal()) != text {
		return fmt.Errorf("is written in another form")
	}
	path := make(tlog.RecordProof, len(told.Hashes))
	hashes := make([][]byte, len(told.Hashes))
	for i, hash := range told.Hashes {
		copy(path[i][:], hash[:])
		hashes[i] = append([]byte(nil), hash[:]...)
	}
	if err := tlog.CheckRecord(path, int64(point.Size), root, int64(told.Index), tlog.RecordHash(record)); err != nil {
		return err
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(record)
	return tmerkle.VerifyInclusion(rfc6962.DefaultHasher, told.Index, point.Size, leaf, hashes, point.Hash)
}

// Checks a copy of a ledger with Go's own libraries (golang.org/x/mod/sumdb), and nothing of auditor's.
//
//	ledger-check FOLDER ORIGIN KEY.pem STATEMENT
//
// It opens the checkpoint as a signed note, computes the RFC 6962 root again from the leaves, and compares; it computes
// the digest of each statement again and compares it with its leaf; it finds the leaf of STATEMENT (hex), and prints
// every leaf of the same release. The first thing that does not hold ends it with exit code 1.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type leaf struct{ Kind, System, Environment, Release, Statement, KeyID string }

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: ledger-check FOLDER ORIGIN KEY.pem STATEMENT")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(folder, origin, keyFile, statement string) error {
	size, root, err := checkpoint(folder, origin, keyFile)
	if err != nil {
		return err
	}
	leaves, computed, err := tree(folder, size)
	if err != nil {
		return err
	}
	if computed != root {
		return fmt.Errorf("the checkpoint was signed over root %v, the leaves come to %v", root, computed)
	}
	for number, one := range leaves {
		if err := filed(folder, one.Statement); err != nil {
			return fmt.Errorf("leaf %d: %w", number, err)
		}
	}
	return tell(leaves, statement)
}

// checkpoint returns size and root of the checkpoint of the ledger, whose signature it checks.
func checkpoint(folder, origin, keyFile string) (size int64, root tlog.Hash, err error) {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return 0, root, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return 0, root, fmt.Errorf("%s: no PEM", keyFile)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return 0, root, err
	}
	public, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return 0, root, fmt.Errorf("%s: no Ed25519 key", keyFile)
	}
	name, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return 0, root, err
	}
	verifier, err := note.NewVerifier(name)
	if err != nil {
		return 0, root, err
	}
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return 0, root, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return 0, root, fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return 0, root, fmt.Errorf("checkpoint: not origin %s, size and root", origin)
	}
	if size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return 0, root, err
	}
	root, err = tlog.ParseHash(lines[2])
	return size, root, err
}

// tree returns the first size leaves and the root that they come to (RFC 6962).
func tree(folder string, size int64) (leaves []leaf, root tlog.Hash, err error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for place, index := range indexes {
			found[place] = stored[index]
		}
		return found, nil
	})
	for number := int64(0); number < size; number++ {
		record, err := os.ReadFile(filepath.Join(folder, "entries", fmt.Sprintf("%012d.json", number)))
		if err != nil {
			return nil, root, err
		}
		hashes, err := tlog.StoredHashes(number, record, reader)
		if err != nil {
			return nil, root, err
		}
		stored = append(stored, hashes...)
		var one leaf
		if err := json.Unmarshal(record, &one); err != nil {
			return nil, root, fmt.Errorf("leaf %d: %w", number, err)
		}
		leaves = append(leaves, one)
	}
	root, err = tlog.TreeHash(size, reader)
	return leaves, root, err
}

// filed checks that the statement that a leaf names is there: the payload of the envelope has that digest.
func filed(folder, statement string) error {
	if digest, err := hex.DecodeString(statement); err != nil || len(digest) != sha256.Size {
		return fmt.Errorf("%q is no SHA-256", statement)
	}
	content, err := os.ReadFile(filepath.Join(folder, "statements", statement+".sigstore.json"))
	if err != nil {
		return err
	}
	var wrapper struct{ DsseEnvelope struct{ Payload []byte } }
	if err := json.Unmarshal(content, &wrapper); err != nil {
		return err
	}
	if digest := sha256.Sum256(wrapper.DsseEnvelope.Payload); hex.EncodeToString(digest[:]) != statement {
		return fmt.Errorf("statement %s is another one", statement)
	}
	return nil
}

// tell prints every leaf of the release that statement is about.
func tell(leaves []leaf, statement string) error {
	var asked *leaf
	for number := range leaves {
		if leaves[number].Statement == statement {
			asked = &leaves[number]
		}
	}
	if asked == nil {
		return fmt.Errorf("statement %s is not in the ledger", statement)
	}
	for number, one := range leaves {
		if one.System == asked.System && one.Environment == asked.Environment && one.Release == asked.Release {
			fmt.Printf("%d %s %s\n", number, one.Kind, one.Statement)
		}
	}
	return nil
}

package singleuse_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"usher/hooks/tools/singleuse"
)

func TestTake_WorksOnce(t *testing.T) {
	store := singleuse.New[string](10, time.Minute)
	store.Put("a", "Marta")
	if _, ok := store.Take("b"); ok {
		t.Error("got a value for an unknown key")
	}
	if value, ok := store.Take("a"); !ok || value != "Marta" {
		t.Errorf("got %q, %t, want Marta", value, ok)
	}
	if value, ok := store.Take("a"); ok || value != "" {
		t.Errorf("got %q again", value)
	}
	if store.Len() != 0 {
		t.Errorf("got %d values kept, want none", store.Len())
	}
}

func TestTake_Concurrent_OneGetsIt(t *testing.T) {
	store := singleuse.New[int](1_000, time.Minute)
	for n := range 100 {
		key := strconv.Itoa(n)
		store.Put(key, n)
		var got atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, ok := store.Take(key); ok {
					got.Add(1)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 {
			t.Fatalf("%d takers got the value, want 1", got.Load())
		}
	}
}

func TestTake_AfterLifetime_IsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := singleuse.New[int](10, time.Minute)
		store.Put("first", 1)
		store.Put("second", 2)
		time.Sleep(time.Minute - time.Second)
		if _, ok := store.Take("first"); !ok {
			t.Error("got nothing within the lifetime")
		}
		time.Sleep(time.Second)
		if value, ok := store.Take("second"); ok || value != 0 {
			t.Errorf("got %d after the lifetime", value)
		}
		store.Put("third", 3)
		time.Sleep(time.Minute)
		store.Put("fourth", 4) // forgets expired ones
		if store.Len() != 1 {
			t.Errorf("got %d values kept, want 1", store.Len())
		}
	})
}

func TestPut_BeyondLimit_ForgetsTheOldest(t *testing.T) {
	store := singleuse.New[int](3, time.Minute)
	for n := range 5 {
		store.Put(strconv.Itoa(n), n)
	}
	for n := range 5 {
		if _, ok := store.Take(strconv.Itoa(n)); ok != (n >= 2) {
			t.Errorf("value %d: got %t, want the last 3", n, ok)
		}
	}
}

func TestIn_EachAppHasItsOwn(t *testing.T) {
	kind := singleuse.Define[string]("test", 10, time.Minute)
	one, other := core.NewBaseApp(core.BaseAppConfig{}), core.NewBaseApp(core.BaseAppConfig{})
	kind.In(one).Put("a", "Marta")
	if _, ok := kind.In(other).Take("a"); ok {
		t.Error("got the value in another app")
	}
	if _, ok := kind.In(one).Take("a"); !ok {
		t.Error("got nothing in the app itself")
	}
}

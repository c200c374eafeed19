// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"context"
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// completeRoles does once what the controller manager would keep doing, and lets the jtsh agent's
// user do what an agent needs and no more: impersonate, and ask what it may do.
func (c *Cluster) completeRoles(ctx context.Context) error {
	// Each of these takes in the one before it.
	for _, name := range []string{"view", "edit", "admin"} {
		if err := c.aggregate(ctx, name); err != nil {
			return fmt.Errorf("cannot complete the cluster role %s: %w", name, err)
		}
	}
	rbac := c.kubernetes.RbacV1()
	role := &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: agentUser},
		Rules: []rbacv1.PolicyRule{
			{
				APIGroups: []string{""},
				Resources: []string{"users", "groups", "serviceaccounts"},
				Verbs:     []string{"impersonate"},
			},
			{
				APIGroups: []string{"authorization.k8s.io"},
				Resources: []string{"selfsubjectaccessreviews"},
				Verbs:     []string{"create"},
			},
		},
	}
	if _, err := rbac.ClusterRoles().Create(ctx, role, metav1.CreateOptions{}); err != nil {
		return err
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: agentUser},
		Subjects: []rbacv1.Subject{
			{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: agentUser},
		},
		RoleRef: rbacv1.RoleRef{
			APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: agentUser,
		},
	}
	_, err := rbac.ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{})
	return err
}

// aggregate fills a role with the rules of all roles its selectors name.
func (c *Cluster) aggregate(ctx context.Context, name string) error {
	roles := c.kubernetes.RbacV1().ClusterRoles()
	role, err := roles.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if role.AggregationRule == nil {
		return nil
	}
	role.Rules = nil
	for i := range role.AggregationRule.ClusterRoleSelectors {
		selector := metav1.FormatLabelSelector(&role.AggregationRule.ClusterRoleSelectors[i])
		parts, err := roles.List(ctx, metav1.ListOptions{LabelSelector: selector})
		if err != nil {
			return err
		}
		for _, part := range parts.Items {
			if part.Name != name {
				role.Rules = append(role.Rules, part.Rules...)
			}
		}
	}
	_, err = roles.Update(ctx, role, metav1.UpdateOptions{})
	return err
}
